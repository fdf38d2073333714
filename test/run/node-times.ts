/** A reporter for node:test that says nothing and keeps how long each file took. */
import type { TestEvent } from 'node:test/reporters';
import { keepTime } from './times.ts';

// oxlint-disable-next-line import/no-default-export -- What node:test asks of a reporter.
export default async function* nodeTimes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:summary' && data.file !== undefined) keepTime(data.file, data.duration_ms);
  }
  yield '';
}
