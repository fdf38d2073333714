/** The few assertions that the tests in the browser need. */
interface Assert {
  ok(value: unknown, message?: string): asserts value;
  equal(actual: unknown, expected: unknown, message?: string): void;
  deepEqual(actual: unknown, expected: unknown, message?: string): void;
}

export const assert: Assert = {
  ok(value, message = `${String(value)} is not truthy`) {
    if (!value) throw new Error(message);
  },
  equal(actual, expected, message = '') {
    if (!Object.is(actual, expected)) {
      throw new Error(`${show(actual)} is not ${show(expected)}. ${message}`);
    }
  },
  deepEqual(actual, expected, message = '') {
    if (show(actual) !== show(expected)) {
      throw new Error(`${show(actual)} is not ${show(expected)}. ${message}`);
    }
  },
};

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
