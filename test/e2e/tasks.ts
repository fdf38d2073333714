/** What the tasks of a page's main thread cost, in time of its CPU: the clock would count the neighbours' too. */
import type { CDPSession } from 'puppeteer-core';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** In microseconds of the thread's own CPU time. */
  readonly tdur?: number;
}

const MARK = 'tasks are recorded';
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Records the tasks of the page's main thread from now on, for Chromium alone.
 *
 * @returns a function that ends it, and says what the longest cost in milliseconds.
 */
export async function recordTasks(session: CDPSession): Promise<() => Promise<number>> {
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: {
      recordMode: 'recordAsMuchAsPossible',
      includedCategories: ['toplevel', 'blink.user_timing'],
    },
  });
  // Of all processes and threads, the one that this appears on is meant.
  await session.send('Runtime.evaluate', { expression: `performance.mark('${MARK}')` });
  return async () => {
    const complete = new Promise<{ readonly stream?: string }>((resolve) =>
      session.once('Tracing.tracingComplete', resolve),
    );
    await session.send('Tracing.end');
    const { stream = '' } = await complete;
    const { traceEvents } = JSON.parse(await readAll(session, stream)) as {
      traceEvents: readonly TraceEvent[];
    };
    const page = traceEvents.find(({ name }) => name === MARK);
    const costs = traceEvents
      .filter(({ name, pid, tid }) => /RunTask/.test(name) && pid === page?.pid && tid === page.tid)
      .map(({ tdur = 0 }) => tdur / 1000);
    if (costs.length === 0) throw new Error('no task was recorded');
    return costs.reduce((most, cost) => Math.max(most, cost));
  };
}

async function readAll(session: CDPSession, handle: string): Promise<string> {
  const chunks: string[] = [];
  for (let isOver = false; !isOver;) {
    const { data, eof } = await session.send('IO.read', { handle, size: CHUNK_BYTES });
    chunks.push(data);
    isOver = eof;
  }
  await session.send('IO.close', { handle });
  return chunks.join('');
}
