/**
 * How much slower this machine is at the moment than one that has nothing else to do: 1 or more.
 * Depends on nothing outside itself, so that a page may be asked too: `page.evaluate(slowness)`.
 */
export function slowness(): number {
  const startedAt = performance.now();
  let x = 0;
  for (let at = 0; at < 2e7; at++) x = (x * 31 + at) | 0;
  return Math.max(1, (performance.now() - startedAt) / (x === 0.5 ? 0 : 40));
}
