/** An exchange as a test moves it, and looks behind it. */
export interface World {
  move(price: number): Promise<void>;
  /** Nothing goes wrong any more. */
  calm(): void;
  truth(): Truth;
}

/** What an exchange knows of an account: what a ledger is compared with. */
export interface Truth {
  /** Client order ids that came in more than once. */
  readonly repeated: readonly string[];
  readonly tradeIds: readonly string[];
  /** Base coins that the account has bought and not sold. */
  readonly coins: string;
  readonly resting: readonly {
    readonly clientOrderId: string;
    readonly isStop: boolean;
    readonly quantity: string;
  }[];
}
