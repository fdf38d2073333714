/** What a repository says to those who arrive: versions, workflows, examples, how to take part. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';
import { currentRange, deployedFolder, EXAMPLES, hasInit } from './examples.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORKFLOWS = readdirSync(`${ROOT}.github/workflows`);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bugs: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(read('package.json')) as Manifest;

suite('the version', () => {
  test('is the newest that CHANGELOG.md describes', () => {
    const [, newest] = /^## (\S+)$/m.exec(read('CHANGELOG.md')) ?? [];
    assert.equal(newest, manifest.version);
  });

  test('is the one that the lock file has', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      readonly version: string;
      readonly packages: Readonly<Record<string, { readonly version?: string }>>;
    };
    assert.deepEqual(
      [lock.version, lock.packages['']?.version],
      [manifest.version, manifest.version],
    );
  });

  test('is asked for by every example (npm run docs writes it)', () => {
    for (const name of EXAMPLES) {
      const { dependencies } = JSON.parse(read(`examples/${name}/package.json`)) as Manifest;
      assert.equal(dependencies?.[manifest.name], currentRange(), name);
    }
    assert.ok(EXAMPLES.length > 9);
  });

  test('is a candidate if and only if changesets make candidates', () => {
    const mode = existsSync(`${ROOT}.changeset/pre.json`)
      ? (JSON.parse(read('.changeset/pre.json')) as { readonly mode: string; readonly tag: string })
      : undefined;
    const [, tag] = /-(\w+)\.\d+$/.exec(manifest.version) ?? [];
    assert.equal(mode?.mode === 'pre' ? mode.tag : undefined, tag);
  });

  test('of Node.js in .nvmrc is that of devDependencies', () => {
    assert.equal(read('.nvmrc').trim(), manifest.devDependencies['node']?.split('.')[0]);
  });
});

suite('the workflows', () => {
  for (const name of WORKFLOWS) {
    const text = read(`.github/workflows/${name}`);
    const uses = [...text.matchAll(/uses: (\S+)(.*)$/gm)];

    test(`${name}: every action is pinned by its whole hash, with its version in a comment`, () => {
      assert.ok(uses.length > 0);
      for (const [line, action = '', comment = ''] of uses) {
        if (action.startsWith('./')) continue;
        assert.match(action, /^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/, line);
        assert.match(comment, /^ # v\d+\.\d+\.\d+$/, line);
      }
    });

    test(`${name}: has no rights but those that a job names, and stores no token`, () => {
      assert.match(text, /^permissions: \{\}$/m);
      const jobs = text
        .slice(text.indexOf('\njobs:\n'))
        .split(/\n {2}(?=\w+:\n)/)
        .slice(1);
      assert.ok(jobs.length > 0);
      for (const job of jobs) assert.match(job, /\n {4}permissions:\n/, job.split('\n', 1)[0]);
      const writes = jobs.filter((job) => job.includes('id-token: write'));
      assert.ok(writes.every((job) => job.startsWith('publish:') && job.includes('environment:')));
      assert.doesNotMatch(text, /secrets\.|persist-credentials: true/);
      const checkouts = text.match(/actions\/checkout@/g) ?? [];
      assert.equal(text.match(/persist-credentials: false/g)?.length, checkouts.length);
    });
  }

  test('pull requests run what CI runs anywhere, and so does a release before it', () => {
    assert.match(read('.github/workflows/ci.yml'), /^ {2}pull_request:$[^]*^ +\.ci\/run$/m);
    assert.match(read('.github/workflows/release.yml'), /uses: \.\/\.github\/workflows\/ci\.yml/);
  });
});

suite('.ci/run, with suites that do nothing', () => {
  test('takes MinIO from this repository where no folder of stores is beside it, and says what it leaves out', () => {
    const { printed, started } = runCi({});
    assert.match(printed, /No folder \.\.\/shared\/stores, and STORES names none/);
    const [, leftOut = ''] = /== What was left out\n([^]*?)\n\n/.exec(printed) ?? [];
    assert.deepEqual(leftOut.match(/^[\w-]+(?=: )/gm), ['ceph-rgw', 'swift-s3']);
    assert.deepEqual([...started].sort(), ['minio', 'minio', 'moto', 's3proxy', 'versitygw']);
    assert.doesNotMatch(printed, /could not be started/);
  });

  test('fails for every store that is missing in the folder that STORES names', () => {
    const { printed, status } = runCi({ STORES: '/there-is-no-such-folder' });
    assert.notEqual(status, 0);
    for (const store of ['minio', 'ceph-rgw', 'swift-s3']) {
      assert.match(printed, new RegExp(`== ${store} could not be started`));
    }
    assert.doesNotMatch(printed, /left out/);
  });

  test('leaves out what no registry has here, says so, and does not fail for it', () => {
    const { printed, status, started } = runCi({ STORES: '.ci/stores' }, [
      '.ci/stores/moto.sh',
      '.ci/valkey.sh',
    ]);
    const [, leftOut = ''] = /== What was left out\n([^]*?)\n\n/.exec(printed) ?? [];
    assert.deepEqual(leftOut.match(/^\w+(?= cannot be installed here)/gm), ['Valkey', 'moto']);
    assert.ok(!started.includes('moto') && started.includes('versitygw'));
    assert.doesNotMatch(printed, /moto could not|compatibility of moto|state in Valkey/);
    const failed = new Set(printed.match(/== .* could not be started/g));
    const missing = ['ceph-rgw', 'swift-s3'].map((store) => `== ${store} could not be started`);
    assert.deepEqual([...failed], missing);
    assert.equal(status, 1);
  });
});

suite('.ci/run, with tests that fail', () => {
  const failing = (...files: readonly string[]) =>
    `echo 'ℹ fail ${files.length}'
     echo '✖ failing tests:'
     ${files.map((file) => `echo 'test at ${file}:1:1'; echo '✖ sorts its files'`).join('\n')}
     exit 1`;
  const inBrowser = `printf '\\x1b[2Ktest/widget/one.test.ts:\\n\\n ❌ a list > sorts its files\\n'
    echo 'Firefox: || 1/1 test files | 3 passed, 1 failed'
    exit 1`;
  const flaky = /== What failed at first and passed alone[^]*sorts its files/;

  test('names those that pass alone, with the settings that they had, and does not fail for them', () => {
    const { printed, status } = runCi(
      {},
      [],
      [
        `[[ "$*" == 'run test:e2e' ]] && { ${failing('test/e2e/one.test.ts')}; }`,
        `[[ "$*" == 'test -- test/e2e/one.test.ts' ]] && echo "THOROUGH=$THOROUGH"`,
      ],
    );
    assert.match(printed, /== Once more, alone: test\/e2e\/one\.test\.ts\nTHOROUGH=yes\n/);
    assert.match(printed, flaky);
    assert.match(printed, /\n\d+ passed, 0 failed\n$/);
    assert.equal(status, 0);
  });

  test('finds the file of one that fails in a browser', () => {
    const { printed, status } = runCi(
      {},
      [],
      [`[[ "$*" == 'run test:widget '* ]] && { ${inBrowser}; }`],
    );
    assert.match(printed, /== Once more, alone: test\/widget\/one\.test\.ts\n/);
    assert.match(printed, flaky);
    assert.equal(status, 0);
  });

  test('fails for those that fail alone, too', () => {
    const { printed, status } = runCi(
      {},
      [],
      [`[[ "$*" == 'run test:e2e' || "$1" == test ]] && { ${failing('test/e2e/one.test.ts')}; }`],
    );
    assert.match(printed, /== What failed, once more\n[^]*sorts its files/);
    assert.doesNotMatch(printed, flaky);
    assert.equal(status, 1);
  });

  test('repeats what a check says that fails before any test', () => {
    const { printed, status } = runCi(
      {},
      [],
      [`[[ "$*" == test ]] && { echo 'x: an unused name'; echo '✖ lint (2 s)'; exit 1; }`],
    );
    assert.match(printed, /== What failed, once more\n[^]*x: an unused name\n✖ lint/);
    assert.match(printed, /\n\d+ passed, 1 failed\n$/);
    assert.equal(status, 1);
  });

  test('fails for more of them than an accident can be', () => {
    const files = [1, 2, 3, 4].map((number) => `test/e2e/${number}.test.ts`);
    const { printed, status } = runCi(
      {},
      [],
      [`[[ "$*" == 'run test:e2e' ]] && { ${failing(...files)}; }`],
    );
    assert.doesNotMatch(printed, /Once more, alone/);
    assert.match(printed, /\n\d+ passed, 4 failed\n$/);
    assert.equal(status, 1);
  });
});

/**
 * Runs `.ci/run` in a folder of its own, with stores and package managers that only look busy;
 * `absent` are scripts that install nothing, `npm` are lines of the shell that npm runs first.
 */
function runCi(
  env: Readonly<Record<string, string>>,
  absent: readonly string[] = [],
  npm: readonly string[] = [],
): {
  readonly printed: string;
  readonly status: number | null;
  readonly started: readonly string[];
} {
  const dir = mkdtempSync(join(tmpdir(), 's3-upload-ci-'));
  const log = join(dir, 'started');
  const script = (path: string, lines: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), `#!/usr/bin/env bash\n${lines}\n`, { mode: 0o755 });
  };
  try {
    script('clone/.ci/run', read('.ci/run'));
    for (const store of ['minio', 's3proxy', 'versitygw', 'moto']) {
      script(
        `clone/.ci/stores/${store}.sh`,
        `[[ $1 == start ]] || exit 0
         mkdir -p "$2" && echo ENDPOINT=http://127.0.0.1:1 >"$2/env" && echo ${store} >>"${log}"`,
      );
    }
    script('clone/.ci/valkey.sh', 'echo /usr/bin/valkey-server');
    for (const path of absent) script(`clone/${path}`, 'exit 1');
    for (const path of ['bin/npm', 'bin/apt-get', 'clone/node_modules/.bin/node']) {
      script(path, 'echo "ℹ pass 1"');
    }
    script('bin/npm', [...npm, 'echo "ℹ pass 1"'].join('\n'));
    const { PATH = '', STORES: _, ...inherited } = process.env;
    const { status, stdout } = spawnSync(join(dir, 'clone/.ci/run'), {
      encoding: 'utf8',
      env: { ...inherited, ...env, PATH: `${dir}/bin:${PATH}` },
    });
    const started = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return { printed: stdout, status, started };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

suite('the folder behind the button “Deploy to Cloudflare”', () => {
  const folder = 'examples/cloudflare';

  test('is in the repository that package.json names, on its main branch', () => {
    const repository = manifest.bugs.replace('/issues', '');
    const target = `https://deploy.workers.cloudflare.com/?url=${repository}/tree/main/${folder}`;
    assert.ok(read(`${folder}/README.md`).includes(`](${target})`));
  });

  test('asks for every secret that the Worker needs, and fills in none', () => {
    const asked = [...read(`${folder}/.dev.vars.example`).matchAll(/^(\w+)=(.*)$/gm)];
    // Each would be deployed with its value: AUTH=anonymous must not be among them.
    assert.deepEqual(
      asked.map(([, name, value]) => [name, value]).sort(),
      ['JWT_SECRET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'TOKEN_SECRET'].map((name) => [
        name,
        '',
      ]),
    );
  });

  test('deploys a Worker that knows its callers by tokens', () => {
    const { vars, kv_namespaces, main } = unstable_readConfig(
      { config: `${ROOT}${folder}/wrangler.toml`, env: '' },
      { hideWarnings: true },
    );
    assert.equal(vars['AUTH'], 'jwt');
    assert.deepEqual(
      (kv_namespaces as readonly { readonly binding: string }[]).map(({ binding }) => binding),
      ['UPLOADS'],
    );
    assert.match(main ?? '', /node_modules\/s3-upload-element\/dist\/worker\/index\.js$/);
    const { scripts } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    assert.match(scripts?.['deploy'] ?? '', /^wrangler deploy/);
  });

  const skip = !hasInit && 'there is no init yet';
  test('is what `s3-upload init` writes, and a README (npm run docs writes it)', { skip }, () => {
    const files = deployedFolder();
    assert.ok(Object.keys(files).length > 3);
    for (const [name, text] of Object.entries(files)) {
      assert.equal(read(`${folder}/${name}`), text, name);
    }
    const tracked = execFileSync('git', ['ls-files', folder], { cwd: ROOT, encoding: 'utf8' });
    const names = tracked
      .trim()
      .split('\n')
      .map((file) => file.slice(folder.length + 1));
    assert.deepEqual(names.sort(), [...Object.keys(files), 'README.md'].sort());
  });
});

test('every example says in a README what it is and how it is run', () => {
  const list = read('examples/README.md');
  for (const name of EXAMPLES) {
    assert.match(read(`examples/${name}/README.md`), /^# .+\n\n[^]*```sh\n/, name);
    assert.ok(list.includes(`(${name}/README.md)`), name);
  }
});

test('links of the pages for contributors lead to files that exist', () => {
  const pages = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/script-tag.md'];
  const examples = EXAMPLES.map((name) => `examples/${name}/README.md`);
  for (const page of [...pages, ...examples, '.changeset/README.md', 'examples/README.md']) {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
    for (const [, link = ''] of links) {
      assert.ok(existsSync(join(ROOT, page, '..', link)), `${page}: ${link}`);
    }
  }
});

function read(file: string): string {
  return readFileSync(ROOT + file, 'utf8');
}
