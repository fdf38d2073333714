/** One tab with the page under test, as the rig drives it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import type { UploaderOptions } from '../../widget/core/types.ts';
import { identityOf } from './identity.ts';
import { PASSING_WORKER } from './pages.ts';
import type { Cut, PlainUpload, RigPage, TokenAct } from './page.ts';

/** On the page. */
declare const rig: RigPage;

/** Options that can cross to the page. */
export type TabOptions = Partial<
  Pick<UploaderOptions, 'concurrency' | 'auto' | 'resume' | 'stallMs' | 'patienceMs'>
>;

/** A promise of something asked too often is a promise of nothing. */
const CHANGES_WITHIN_MS = 90_000;

/** What a caller's requests to the Worker carry. */
export type HeadersOf = (clientId: string) => Readonly<Record<string, string>>;

/** An anonymous Worker's cookie does not reach a foreign page. */
const anonymous: HeadersOf = (clientId) => ({ 'Anonymous-Token': identityOf(clientId) });

export class Tab {
  readonly page: Page;
  readonly #url: string;
  readonly #endpoint: string;
  /** Whom the Worker takes this browser for. */
  readonly clientId: string;
  readonly #headersOf: HeadersOf;

  constructor(
    page: Page,
    url: string,
    endpoint: string,
    clientId: string = randomUUID(),
    headersOf = anonymous,
  ) {
    this.#headersOf = headersOf;
    this.page = page;
    this.#url = url;
    this.#endpoint = endpoint;
    this.clientId = clientId;
    // A page with uploads under way asks whether to leave; its user says yes.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  /** A second tab with the same storage, of the same caller or of another. */
  async beside(clientId = this.clientId): Promise<Tab> {
    const page = await this.page.browserContext().newPage();
    return new Tab(page, this.#url, this.#endpoint, clientId, this.#headersOf);
  }

  /** Opens the page and starts an engine. */
  async open(options: TabOptions = {}, path = '/'): Promise<void> {
    await this.visit(path);
    await this.start(options);
  }

  /** Opens a page that needs no engine of ours. */
  async visit(path: string): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  /** Goes away, as a reload or a closed tab does; storage stays. */
  async leave(): Promise<void> {
    await this.page.goto('about:blank');
  }

  /** A new engine on the page that is open. */
  async start(options: TabOptions = {}, tokenActs: readonly TokenAct[] = []): Promise<void> {
    const headers = this.#headersOf(this.clientId);
    const good = headers['Authorization']?.replace('Bearer ', '');
    const byToken = good !== undefined && tokenActs.length > 0;
    await this.page.evaluate(
      (options, tokens) => rig.start(options, tokens),
      { endpoint: this.#endpoint, ...(byToken ? {} : { headers }), ...options },
      byToken ? { good, acts: tokenActs } : undefined,
    );
  }

  /** From now on a service worker sends the page's requests. */
  passThrough(): Promise<void> {
    return this.page.evaluate((script) => rig.passThrough(script), PASSING_WORKER);
  }

  /** Reads of what was cut under these names hang for so long. */
  hang(names: readonly string[], ms: number): Promise<void> {
    return this.page.evaluate((names, ms) => rig.hang(names, ms), names, ms);
  }

  /** Cancels the uploads of these names. */
  cancelNamed(names: readonly string[]): Promise<void> {
    return this.page.evaluate((names) => rig.cancelNamed(names), names);
  }

  /** How many uploads of earlier visits there are; what was cancelled in vain is aborted. */
  interrupted(): Promise<number> {
    return this.page.evaluate(() => rig.interrupted());
  }

  /** Whether there is an engine on the page. */
  isStarted(): Promise<boolean> {
    return this.page.evaluate(() => rig.isStarted());
  }

  /** Picks files from disk. */
  async pick(...paths: readonly string[]): Promise<void> {
    const input = await this.page.$('input');
    await input?.uploadFile(...paths);
  }

  /** Cuts the picked file into files for the next `add`. */
  cut(cuts: readonly Cut[]): Promise<void> {
    return this.page.evaluate((cuts) => rig.cut(cuts), cuts);
  }

  /** Adds what was picked, or cut from it. */
  add(): Promise<ReturnType<RigPage['add']>> {
    return this.page.evaluate(() => rig.add());
  }

  /** Waits until every upload has come to its end. */
  async settled(withinMs = CHANGES_WITHIN_MS): Promise<readonly PlainUpload[]> {
    const over = new AbortController();
    const late = sleep(withinMs, undefined, { signal: over.signal }).then(async () => {
      throw new Error(`not settled: ${JSON.stringify(await this.uploads())}`);
    });
    late.catch(() => undefined);
    const settled = this.page.evaluate(() => rig.settled());
    return Promise.race([settled, late]).finally(() => over.abort());
  }

  uploads(): Promise<readonly PlainUpload[]> {
    return this.page.evaluate(() => rig.uploads());
  }

  violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => rig.violations());
  }

  act(action: 'pause' | 'resume' | 'retry' | 'cancel' | 'close'): Promise<void> {
    return this.page.evaluate((action) => rig[action](), action);
  }

  /** From now on: the parts whose PUTs were answered 200, one number an answer, sorted. */
  async answeredPuts(): Promise<() => Promise<number[]>> {
    const answered = await this.page.evaluateHandle(() => {
      const numbers: number[] = [];
      const { open } = XMLHttpRequest.prototype;
      XMLHttpRequest.prototype.open = function (method: string, url: string | URL) {
        const number = new URL(url).searchParams.get('partNumber');
        // Comes before `load`, in which the engine lets go of the request and all it says.
        this.addEventListener('readystatechange', () => {
          if (number && this.readyState === 4 && this.status === 200) numbers.push(Number(number));
        });
        open.call(this, method, url, true);
      };
      return numbers;
    });
    return async () => (await answered.jsonValue()).sort((a, b) => a - b);
  }

  /** Waits until some upload looks as `isSo` wants. */
  async when(isSo: (upload: PlainUpload) => boolean): Promise<PlainUpload> {
    const deadline = performance.now() + CHANGES_WITHIN_MS;
    let uploads: readonly PlainUpload[] = [];
    while (performance.now() < deadline) {
      uploads = await this.uploads();
      const found = uploads.find(isSo);
      if (found) return found;
    }
    throw new Error(`no upload came to look like that: ${JSON.stringify(uploads)}`);
  }
}

/** Opens a tab with storage of its own. */
export async function openTab(
  browser: Browser,
  url: string,
  endpoint: string,
  headersOf?: HeadersOf,
): Promise<{ tab: Tab; context: BrowserContext }> {
  const context = await browser.createBrowserContext();
  const tab = new Tab(await context.newPage(), url, endpoint, undefined, headersOf);
  return { tab, context };
}
