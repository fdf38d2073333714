/** The few assertions that these tests need, with both values in the message. */

export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is} is not ${should}`);
}

export function match(actual: string, pattern: RegExp): void {
  if (!pattern.test(actual)) throw new Error(`“${actual}” does not match ${pattern}`);
}

export function ok(fact: unknown, what: string): asserts fact {
  if (!fact) throw new Error(`not so: ${what}`);
}
