/** What is mutated, and the tests that have to notice: pure code, and tests that run in Node.js alone. */

/** Files whose mutants are made. */
export const SOURCES: readonly string[] = [
  'widget/core/faults/verdict.ts',
  'widget/core/faults/part-remedy.ts',
  'widget/core/faults/upload-remedy.ts',
  'widget/core/upload/state.ts',
  'widget/core/upload/page-events.ts',
  'widget/core/upload/standing.ts',
  'widget/core/upload/terms.ts',
  'widget/core/upload/rules/page-rules.ts',
  'widget/core/upload/rules/sending-rules.ts',
  'worker/object/key.ts',
  'worker/policy/local-reservations.ts',
  'worker/policy/owner-limits.ts',
  'worker/policy/policy.ts',
  'worker/policy/quota.ts',
  'worker/policy/reservations.ts',
  'worker/policy/store-fit.ts',
  'worker/protocol/accept.ts',
  'worker/s3/signing/presign.ts',
  'worker/token.ts',
];

/** Tests that are run for each mutant that they reach. They use no store, no browser and no port. */
export const TESTS: readonly string[] = [
  'test/widget/core/faults/remedies.test.ts',
  'test/widget/core/faults/verdict.test.ts',
  'test/widget/core/upload/state.test.ts',
  'test/widget/core/upload/terms.test.ts',
  'test/worker/key.test.ts',
  'test/worker/policy/quota.test.ts',
  'test/worker/policy/reservations.test.ts',
  'test/worker/policy/store-fit.test.ts',
  'test/worker/protocol/accept.test.ts',
  'test/worker/rules.test.ts',
  'test/worker/s3/presign.test.ts',
  'test/worker/s3/vectors.test.ts',
  'test/worker/token.test.ts',
];
