/** Watches what a page does while it uploads: its PUTs, its heap and its long tasks. */
import type { CDPSession, Page } from 'puppeteer-core';

export interface Traffic {
  /** PUTs to the store begun so far. */
  readonly puts: number;
  /** Requests to the Worker so far, preflights left out. */
  readonly workerRequests: readonly string[];
  /** Path and query of each PUT. */
  readonly putUrls: readonly URL[];
}

/** Counts requests from now on. A PUT to the store may also be a form POST, for a small file. */
export function watchTraffic(page: Page, endpoint: string): Traffic {
  const putUrls: URL[] = [];
  const workerRequests: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isForWorker = url.origin === new URL(endpoint).origin;
    if (!isForWorker && ['PUT', 'POST'].includes(request.method())) {
      putUrls.push(url);
    } else if (
      /^\/(uploads|policy)/.test(url.pathname) &&
      url.origin === new URL(endpoint).origin
    ) {
      if (request.method() !== 'OPTIONS')
        workerRequests.push(`${request.method()} ${url.pathname}`);
    }
  });
  return {
    get puts() {
      return putUrls.length;
    },
    workerRequests,
    putUrls,
  };
}

/** Part numbers of PUTs; a single PUT counts as part 1. */
export function partNumbers(urls: readonly URL[]): number[] {
  return urls.map((url) => Number(url.searchParams.get('partNumber') ?? 1)).sort((a, b) => a - b);
}

/**
 * To be called before the page opens: the most PUTs that were in flight at once. Counted in the
 * page, for the browser reports the end of a request after the page has already sent the next.
 */
export async function recordPeakInFlight(page: Page): Promise<() => Promise<number>> {
  await page.evaluateOnNewDocument(() => {
    const counts = { now: 0, peak: 0 };
    Object.assign(globalThis, { putsInFlight: counts });
    const methods = new WeakMap<XMLHttpRequest, string>();
    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method: string, ...rest: unknown[]) {
      methods.set(this, method);
      return (open as (...args: unknown[]) => void).call(this, method, ...rest);
    };
    XMLHttpRequest.prototype.send = function (body) {
      if (methods.get(this) === 'PUT') {
        counts.now += 1;
        counts.peak = Math.max(counts.peak, counts.now);
        const settle = (): void => {
          if (this.readyState !== XMLHttpRequest.DONE) return;
          this.removeEventListener('readystatechange', settle);
          counts.now -= 1;
        };
        this.addEventListener('readystatechange', settle);
      }
      return send.call(this, body ?? null);
    };
  });
  return () =>
    page.evaluate(
      () => (globalThis as unknown as { putsInFlight: { peak: number } }).putsInFlight.peak,
    );
}

/** Collects the page's garbage: a pause of its main thread, so never while tasks are timed. */
export async function collectGarbage(session: CDPSession): Promise<void> {
  await session.send('HeapProfiler.collectGarbage');
}

/** The page's JS heap as it stands, garbage included, in bytes. */
export async function heapBytes(session: CDPSession): Promise<number> {
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
