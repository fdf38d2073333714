/**
 * "Every request fails once": for each request of an upload of twelve parts and each kind of fault,
 * the upload still ends whole. By default one upload a fault, in which every request meets it;
 * FAULTS_WIDE=1 also gives each request an upload of its own.
 */
import process from 'node:process';
import { test } from 'node:test';
import { expired, s3Error } from './answers.ts';
import type { Proxy } from './proxy.ts';
import type { Fault, RequestFacts } from './rules.ts';
import { assertWhole, PART_BYTES, STALL_MS, type Rig } from './rig.ts';
import { withRig } from './suite.ts';

const PARTS = 12;
const BYTES = PARTS * PART_BYTES - 1000;
const isWide = process.env['FAULTS_WIDE'] === '1';

type Way = 'front' | 'lane' | 'control';

/** What each kind of fault is on each way; the Worker's answers are JSON, the store's XML. */
const FAULTS: Readonly<Record<string, (way: Way) => Fault | undefined>> = {
  'a 500': (way) =>
    way === 'front' ? { kind: 'answer', status: 500 } : s3Error(500, 'InternalError'),
  'a reset': () => ({ kind: 'reset', at: 0.5 }),
  'a lost reply': () => ({ kind: 'lose-reply' }),
  // The Worker has a time of its own for the store, which no test can shorten.
  'a stall': (way) => (way === 'control' ? undefined : { kind: 'stall' }),
  // The Worker signs its own requests as it sends them.
  'an expired signature': (way) => (way === 'lane' ? expired() : undefined),
};

interface Named {
  readonly name: string;
  readonly way: Way;
  readonly isIt: { readonly method: string; readonly where: (request: RequestFacts) => boolean };
}

const ends =
  (path: string) =>
  ({ url }: RequestFacts): boolean =>
    url.pathname.endsWith(path);

/**
 * Where its reply is lost nobody knows the id of what was begun: an upload without a part stays
 * behind, which costs nothing, and which the store's own rule ends.
 */
const CREATE = 'the store’s create';

const REQUESTS: readonly Named[] = [
  { name: 'the policy', way: 'front', isIt: { method: 'GET', where: ends('/policy') } },
  { name: 'the create', way: 'front', isIt: { method: 'POST', where: ends('/uploads') } },
  { name: 'the sign', way: 'front', isIt: { method: 'POST', where: ends('/sign') } },
  { name: 'the complete', way: 'front', isIt: { method: 'POST', where: ends('/complete') } },
  {
    name: CREATE,
    way: 'control',
    isIt: { method: 'POST', where: ({ url }) => url.searchParams.has('uploads') },
  },
  {
    name: 'the store’s complete',
    way: 'control',
    isIt: { method: 'POST', where: ({ url }) => url.searchParams.has('uploadId') },
  },
  { name: 'the store’s head', way: 'control', isIt: { method: 'HEAD', where: () => true } },
  ...Array.from({ length: PARTS }, (_, index): Named => ({
    name: `part ${index + 1}`,
    way: 'lane',
    isIt: { method: 'PUT', where: ({ partNumber }) => partNumber === index + 1 },
  })),
];

withRig('every request fails once', (rig) => {
  for (const [what, faultOn] of Object.entries(FAULTS)) {
    test(`all requests of one upload meet ${what}`, async () => {
      const file = await rig().file(BYTES);
      const faults = (['front', 'lane', 'control'] as const).flatMap((way) => {
        const fault = faultOn(way);
        return fault ? [{ way, handle: failEachOnce(rig()[way], fault) }] : [];
      });
      // One part after another stalls, for the pacer then sends one at a time.
      const options = what === 'a stall' ? { stallMs: STALL_MS / 2 } : {};
      const uploaded = await rig().upload(file, options);
      for (const { handle } of faults) handle.end();
      await assertWhole(rig(), uploaded, {
        faults: faults.map(({ handle }) => handle),
        extraPuts: PARTS,
      });
    });
  }

  if (!isWide) return;
  for (const [what, faultOn] of Object.entries(FAULTS)) {
    for (const { name, way, isIt } of REQUESTS) {
      const fault = faultOn(way);
      if (!fault || (fault.kind === 'lose-reply' && name === CREATE)) continue;
      test(`${name} meets ${what}`, async () => {
        const handle = rig()[way].fault({
          when: { method: isIt.method, where: isIt.where },
          fault,
        });
        const uploaded = await rig().upload(await rig().file(BYTES));
        await assertWhole(rig(), uploaded, { faults: [handle] });
      });
    }
  }
});

/** Each request, told apart by method, path and part, meets the fault the first time it is made. */
function failEachOnce(proxy: Proxy, fault: Fault): ReturnType<Rig['front']['fault']> {
  const met = new Set<string>();
  return proxy.fault({
    times: Infinity,
    when: {
      where: ({ method, url, partNumber }) => {
        if (fault.kind === 'lose-reply' && url.searchParams.has('uploads')) return false;
        // It is given ten times as long as the others: a test of its own, in the wide suite.
        if (fault.kind === 'stall' && url.pathname.endsWith('/complete')) return false;
        const request = `${method} ${url.pathname} ${partNumber ?? ''} ${url.searchParams.has('uploads')}`;
        if (met.has(request)) return false;
        met.add(request);
        return true;
      },
    },
    fault,
  });
}
