import type * as checksum from '../../../../widget/core/checksum/index.ts';
import { assert } from '../fake/assert.ts';
import { ALGORITHMS, expected, someBytes } from './oracle.ts';

interface StrictPage {
  readonly window: Window & typeof globalThis & { checksum: typeof checksum };
  /** Directives, as they are violated. */
  readonly violations: string[];
  /** Workers that were asked for, whether they started or not. */
  readonly workers: Worker[];
  /** What the workers have answered. */
  readonly answers: unknown[];
}

/** A page, with the bundle that ships in it, under a policy that its server sent. */
async function strictPage(csp: string, host?: string): Promise<StrictPage> {
  const frame = document.createElement('iframe');
  frame.id = 'strict-page';
  frame.src = `/__checksum/page?${new URLSearchParams({ csp, ...(host && { host }) })}`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  const window = frame.contentWindow as StrictPage['window'];
  const violations: string[] = [];
  window.document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(event.effectiveDirective);
  });
  const workers: Worker[] = [];
  const answers: unknown[] = [];
  window.Worker = class extends window.Worker {
    constructor(url: string | URL) {
      super(url);
      workers.push(this);
      this.addEventListener('message', ({ data }) => answers.push(data));
    }
  };
  return { window, violations, workers, answers };
}

async function hashesRight({ window }: StrictPage): Promise<void> {
  const pool = new window.checksum.HashPool({ workers: 2 });
  const bytes = someBytes(3 * 2 ** 20 + 5);
  const blob = new window.Blob([bytes]);
  const sums = await Promise.all(ALGORITHMS.map((algorithm) => pool.hash(blob, algorithm)));
  assert.deepEqual(sums, await Promise.all(ALGORITHMS.map((name) => expected(name, bytes))));
  pool.close();
}

describe('the minified hash pool under a Content-Security-Policy', () => {
  afterEach(() => document.getElementById('strict-page')?.remove());

  it('hashes in workers under none', async () => {
    const page = await strictPage('');
    await hashesRight(page);
    assert.equal(page.workers.length, 2);
    assert.equal(page.answers.length, ALGORITHMS.length);
  });

  it('needs neither eval nor WASM in its workers', async () => {
    const page = await strictPage("default-src 'none'; script-src 'self'; worker-src blob:");
    await hashesRight(page);
    assert.equal(page.workers.length, 2);
    assert.equal(page.answers.length, ALGORITHMS.length);
    assert.deepEqual(page.violations, []);
  });

  it('starts workers also where the script came from another origin', async () => {
    const page = await strictPage('worker-src blob:; script-src http://127.0.0.1:*', '127.0.0.1');
    await hashesRight(page);
    assert.equal(page.workers.length, 2);
    assert.equal(page.answers.length, ALGORITHMS.length);
    assert.deepEqual(page.violations, []);
  });

  for (const csp of ["worker-src 'none'", "worker-src 'self'", "default-src 'self'"]) {
    it(`hashes on the page under ${csp}, asks no more than once a worker, and hashes nothing twice`, async () => {
      const page = await strictPage(`${csp}; script-src 'self'`);
      const { prototype } = page.window.Blob;
      const { slice } = prototype;
      let reads = 0;
      prototype.slice = function (...args) {
        reads++;
        return slice.apply(this, args);
      };
      await hashesRight(page);
      assert.equal(reads, 12, '3 MiB and a bit is four reads, for each of three algorithms, once');
      const asked = page.violations.length;
      assert.ok(asked >= 1 && asked <= 2, `asked ${asked} times`);
      assert.ok(page.violations.every((directive) => directive === 'worker-src'));
    });
  }

  it('hashes on the page where Trusted Types refuse the URL of a worker', async () => {
    const page = await strictPage("require-trusted-types-for 'script'; trusted-types lit-html");
    await hashesRight(page);
    assert.equal(page.workers.length, 0);
    assert.deepEqual(page.violations, ['require-trusted-types-for']);
  });
});
