/** Rows per class; rows without label are left out. */
export function countClasses(label: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < label.length; row++)
    if (label[row] >= 0 && label[row] < classes) counts[label[row]]++;
  return counts;
}
