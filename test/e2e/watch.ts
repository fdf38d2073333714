/** Watches what a page does while it uploads: its PUTs, its heap and its long tasks. */
import type { CDPSession, HTTPRequest, Page } from 'puppeteer-core';

export interface Traffic {
  /** PUTs to the store begun so far. */
  readonly puts: number;
  readonly peakInFlight: number;
  /** Requests to the Worker so far, preflights left out. */
  readonly workerRequests: readonly string[];
  /** Path and query of each PUT. */
  readonly putUrls: readonly URL[];
}

/** Counts requests from now on. A store request is any PUT, or any form POST off the Worker. */
export function watchTraffic(page: Page, endpoint: string): Traffic {
  const inFlight = new Set<HTTPRequest>();
  const putUrls: URL[] = [];
  const workerRequests: string[] = [];
  let peak = 0;
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (request.method() === 'PUT') {
      putUrls.push(url);
      inFlight.add(request);
      peak = Math.max(peak, inFlight.size);
    } else if (
      /^\/(uploads|policy)/.test(url.pathname) &&
      url.origin === new URL(endpoint).origin
    ) {
      if (request.method() !== 'OPTIONS')
        workerRequests.push(`${request.method()} ${url.pathname}`);
    }
  });
  const settle = (request: HTTPRequest): void => void inFlight.delete(request);
  page.on('requestfinished', settle);
  page.on('requestfailed', settle);
  return {
    get puts() {
      return putUrls.length;
    },
    get peakInFlight() {
      return peak;
    },
    workerRequests,
    putUrls,
  };
}

/** Part numbers of PUTs; a single PUT counts as part 1. */
export function partNumbers(urls: readonly URL[]): number[] {
  return urls.map((url) => Number(url.searchParams.get('partNumber') ?? 1)).sort((a, b) => a - b);
}

/** To be called before the page opens: records every task of the main thread over 50 ms. */
export async function recordLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluateOnNewDocument(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks);
}

/** The page's JS heap after a collection, in bytes. */
export async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
