/** How many places a report names. */
const MOST = 20;

/** Keeps the largest few of many in memory that does not grow; the earliest of equals first. */
export class Largest<Item> {
  readonly #sizeOf: (item: Item) => number;
  #items: Item[] = [];
  /** All that were offered. */
  count = 0;

  constructor(sizeOf: (item: Item) => number) {
    this.#sizeOf = sizeOf;
  }

  offer(item: Item): void {
    this.count++;
    this.#items.push(item);
    if (this.#items.length === 2 * MOST) this.#items = this.#sorted().slice(0, MOST);
  }

  get items(): Item[] {
    return this.#sorted().slice(0, MOST);
  }

  #sorted(): Item[] {
    return this.#items.toSorted((a, b) => this.#sizeOf(b) - this.#sizeOf(a));
  }
}
