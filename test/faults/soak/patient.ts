/** A person who uploads files in a browser, has bad luck, and does not give up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserName } from '../browser.ts';
import type { Cut, PlainUpload, TokenAct } from '../page.ts';
import type { Random } from '../random.ts';
import type { Rig, TestFile } from '../rig.ts';
import type { Tab } from '../tab.ts';
import { STALL_MS } from './faults.ts';

/** How often what a soak is about has happened. */
export interface Counts {
  faults: number;
  kills: number;
  tunnels: number;
  deployments: number;
  cancelled: number;
  hung: number;
  retried: number;
}

export interface Circumstances {
  readonly rig: Rig;
  readonly browser: BrowserName;
  readonly random: Random;
  readonly source: TestFile;
  readonly cuts: readonly Cut[];
  readonly counts: Counts;
}

/** A form that stalls three times in a row, on a line that nothing is known of, takes half of it. */
const SETTLED_WITHIN_MS = 240_000;
/** So many times files that failed are tried again; whatever made them fail is over before. */
const RETRIES = 3;
const MOST_EVENTS = 4;

export class Patient {
  readonly #about: Circumstances;
  /** Names of the files that were cancelled. */
  readonly cancelled = new Set<string>();
  /** When a tab was killed or a line was cut; of the rig's clock. */
  readonly moments: number[] = [];
  #tab: Tab | undefined;
  #tokenActs: readonly TokenAct[] = [];
  #violations: string[] = [];
  readonly #cancelling: Promise<void>[] = [];

  constructor(about: Circumstances) {
    this.#about = about;
  }

  get clientId(): string {
    return this.#current.clientId;
  }

  /** Opens the page and adds the files. */
  async begin(tokenActs: readonly TokenAct[]): Promise<void> {
    const { rig, random } = this.#about;
    this.#tokenActs = tokenActs;
    this.#tab = await rig.tab();
    const passesThrough = random.chance(0.15);
    // One that fails soon is begun again by hand.
    const patienceMs = random.chance(0.25) ? 2500 : 600_000;
    await this.#open(patienceMs, passesThrough);
  }

  /** Lets things happen while the files are sent. */
  async live(deploy: () => Promise<void>): Promise<void> {
    const { random, browser } = this.#about;
    const events = [
      () => this.#goAway(),
      () => this.#goAway(),
      () => this.#cancelSome(),
      () => this.#pauseFor(random.whole(50, 800)),
      () => this.#cutCable(),
      ...(browser === 'chromium' ? [() => this.#tunnel(), () => this.#tunnel()] : []),
      () => this.#redeploy(deploy),
    ];
    for (let left = random.whole(1, MOST_EVENTS); left > 0; left--) {
      const share = random.next() / 2;
      const event = random.pick(events);
      await this.#whenSome(share);
      await event();
    }
  }

  /** Waits until all files are through; those that fail are tried again. */
  async finish(): Promise<readonly PlainUpload[]> {
    const { random, counts } = this.#about;
    let uploads = await this.#current.settled(SETTLED_WITHIN_MS);
    for (let retry = 0; retry < RETRIES && uploads.some(hasFailed); retry++) {
      counts.retried += uploads.filter(hasFailed).length;
      if (random.chance(0.5)) await this.#current.act('retry');
      else await this.#addAgain(uploads.filter(hasFailed).map(({ name }) => name));
      uploads = await this.#current.settled(SETTLED_WITHIN_MS);
    }
    await Promise.all(this.#cancelling);
    await this.#current.interrupted();
    return uploads;
  }

  async violations(): Promise<readonly string[]> {
    return [...this.#violations, ...(await this.#current.violations())];
  }

  get #current(): Tab {
    if (!this.#tab) throw new Error('The page was not opened.');
    return this.#tab;
  }

  async #open(patienceMs: number, passesThrough: boolean): Promise<void> {
    const { source, cuts, random, counts } = this.#about;
    const tab = this.#current;
    await tab.visit('/');
    if (passesThrough) await tab.passThrough();
    await tab.start({ stallMs: STALL_MS, patienceMs }, this.#tokenActs);
    const wanted = cuts.filter(({ name }) => !this.cancelled.has(name));
    await tab.pick(source.path);
    await tab.cut(wanted);
    const hung = wanted.filter(() => random.chance(0.05)).map(({ name }) => name);
    const hungForMs = random.whole(500, 2 * STALL_MS);
    if (hung.length > 0) await tab.hang(hung, hungForMs);
    counts.hung += hung.length;
    await tab.add();
  }

  async #addAgain(names: readonly string[]): Promise<void> {
    const { source, cuts } = this.#about;
    await this.#current.pick(source.path);
    await this.#current.cut(cuts.filter(({ name }) => names.includes(name)));
    await this.#current.add();
  }

  /** Waits until some file has arrived to this share, or no more can be waited for. */
  async #whenSome(share: number): Promise<void> {
    await this.#current.when(
      ({ status, loaded, bytes }) =>
        status === 'done' ||
        status === 'failed' ||
        status === 'cancelled' ||
        loaded >= bytes * share,
    );
  }

  /** A reload, or a tab that is closed without a word and opened again. */
  async #goAway(): Promise<void> {
    const { random, counts } = this.#about;
    counts.kills += 1;
    const isReload = random.chance(0.5);
    this.#violations.push(...(await this.#current.violations()));
    if (isReload) await this.#current.leave();
    else {
      const { page } = this.#current;
      this.#tab = await this.#current.beside();
      await page.close({ runBeforeUnload: false });
    }
    this.moments.push(performance.now());
    await this.#open(600_000, false);
  }

  /** In whatever state they are. */
  async #cancelSome(): Promise<void> {
    const { cuts, random, counts } = this.#about;
    const some = cuts.filter(() => random.chance(0.3)).map(({ name }) => name);
    for (const name of some) this.cancelled.add(name);
    counts.cancelled += some.length;
    // It may take until the Worker is back; a tab that is killed ends it.
    this.#cancelling.push(this.#current.cancelNamed(some).catch(() => undefined));
    this.moments.push(performance.now());
  }

  async #pauseFor(ms: number): Promise<void> {
    await this.#current.act('pause');
    this.moments.push(performance.now());
    await sleep(ms);
    await this.#current.act('resume');
  }

  /** The browser says that it is offline. */
  async #tunnel(): Promise<void> {
    const { random, counts } = this.#about;
    const { page } = this.#current;
    for (let times = random.whole(1, 3); times > 0; times--) {
      const ms = random.whole(100, 1500);
      counts.tunnels += 1;
      await page.setOfflineMode(true);
      this.moments.push(performance.now());
      await sleep(ms);
      await page.setOfflineMode(false);
      await sleep(ms / 2);
    }
  }

  /** The browser does not know that it is offline. */
  async #cutCable(): Promise<void> {
    const { rig, random } = this.#about;
    const ms = random.whole(100, 2000);
    this.moments.push(performance.now());
    await Promise.all([rig.front.down(), rig.lane.down()]);
    this.moments.push(performance.now());
    await sleep(ms);
    await Promise.all([rig.front.up(), rig.lane.up()]);
  }

  async #redeploy(deploy: () => Promise<void>): Promise<void> {
    this.#about.counts.deployments += 1;
    this.moments.push(performance.now());
    await deploy();
    this.moments.push(performance.now());
  }
}

function hasFailed({ status }: PlainUpload): boolean {
  return status === 'failed';
}
