/** The scripts of docs/from/ and of the guide to curl, run as they stand there: the object is the file. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import type { ChunkedAnswer, FileAnswer, LinksAnswer, Result } from '../../worker/protocol.ts';
import { jwtFor, startLab, type Lab, type Settings } from '../worker/harness.ts';
import { startReceiver } from '../worker/receiver.ts';
import { missing } from '../tools.ts';
import { onEveryStore, type Running } from '../worker/s3/stores.ts';
import { download, random } from '../worker/s3/uploads.ts';

const run = promisify(execFile);
const LOGIN = 'backup:correct horse battery';
const CHUNKS = { RELAY: 'on', VERIFY_MAX_BYTES: '64MiB', VERIFY_STEP_BYTES: '16MiB' };
const FILM = random(17_000_003);

/** The first block of this language on a page of docs/from/. */
function blockOf(page: string, language: string): string {
  const text = readFileSync(new URL(`../../docs/from/${page}`, import.meta.url), 'utf8');
  const [, code] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(text) ?? [];
  assert.ok(code, `docs/from/${page} has no ${language} block`);
  return code;
}

/** A folder with the film, and a Worker with these settings, for one script. */
interface Stage {
  readonly lab: Lab;
  readonly stdout: string;
  /** What the script has written. */
  read(file: string): Buffer;
  json<T>(file: string): T;
}

/** Runs the shell script of a page; `look` is called before the Worker is stopped. */
async function play(
  running: Running,
  page: string,
  settings: Settings,
  look: (stage: Stage) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 's3-upload-from-'));
  const lab = await startLab(running, settings);
  try {
    const film = join(folder, 'Füße & film.mp4');
    writeFileSync(film, FILM);
    const { stdout } = await run('bash', ['--norc', '-euc', blockOf(page, 'sh')], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        LC_ALL: 'C.UTF-8',
        API: await addressOf(lab),
        TOKEN: await jwtFor('alice'),
        LOGIN,
        FILE: film,
      },
    });
    const read = (file: string) => readFileSync(join(folder, file));
    await look({ lab, stdout, read, json: (file) => JSON.parse(read(file).toString()) as never });
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true });
  }
}

async function addressOf(lab: Lab): Promise<string> {
  return new URL((await lab.fetch('/health')).url).origin;
}

onEveryStore(
  'the script of docs/from/',
  () => true,
  (running) => {
    /** The file under this key is the film, byte for byte. */
    const isFilm = async ({ key, name, bytes }: Pick<Result, 'key' | 'name' | 'bytes'>) => {
      assert.deepEqual([name, bytes], ['Füße & film.mp4', FILM.length]);
      assert.deepEqual(await download(running(), key), FILM);
    };

    it('django-s3fileup.md gets a URL, puts the file to it, and reads it back', () =>
      play(
        running(),
        'django-s3fileup.md',
        { AUTH: 'basic', BASIC_USERS: LOGIN, MAX_BYTES: '100MB' },
        async ({ json, read }) => {
          const result = json<Result>('result.json');
          await isFilm(result);
          assert.equal(result.type, 'video/mp4');
          assert.ok(json<FileAnswer>('link.json').url);
          assert.deepEqual(new Uint8Array(read('copy.mp4')), FILM);
        },
      ));

    it('../guides/scripts.md sends a file with three calls of curl', () =>
      play(
        running(),
        '../guides/scripts.md',
        { AUTH: 'basic', BASIC_USERS: LOGIN, MAX_BYTES: '100MB' },
        ({ json }) => isFilm(json<Result>('result.json')),
      ));

    it('django-s3-file-upload.md follows the state of a row, and lists the links of all', () =>
      play(running(), 'django-s3-file-upload.md', {}, async ({ json, read, stdout }) => {
        const result = json<Result>('result.json');
        await isFilm(result);
        assert.equal(result.type, 'application/octet-stream', 'it named none');
        const states = stdout.trim().split('\n');
        assert.deepEqual(states, [
          `open ${result.name} ${result.key}`,
          `complete ${result.name} ${result.key}`,
        ]);
        assert.deepEqual(new Uint8Array(read('copy.mp4')), FILM);
        const [link, ...others] = json<LinksAnswer>('links.json').links;
        assert.equal(others.length, 0);
        assert.ok(link && 'url' in link && link.id === result.id);
        const response = await fetch(link.url);
        assert.deepEqual(new Uint8Array(await response.arrayBuffer()), FILM);
      }));

    it('mule-upload.md continues on another device, with the parts that the store has', () =>
      play(
        running(),
        'mule-upload.md',
        running().config.profile.name === 'minio' ? { CHECKSUM: 'sha256' } : { CHECKSUM: 'md5' },
        async ({ json, stdout }) => {
          await isFilm(json<Result>('result.json'));
          const [, arrived] = /film\.mp4: (\d+) of 17000003 bytes/.exec(stdout) ?? [];
          assert.ok(Number(arrived) >= 5 * 1024 * 1024, stdout);
          assert.ok(Number(arrived) < FILM.length, stdout);
        },
      ));

    it('drf-chunked-upload.md sends chunks in forms, and has the whole verified', () =>
      play(running(), 'drf-chunked-upload.md', CHUNKS, async ({ json, stdout }) => {
        assert.match(stdout, /^offset 6000000, expires 20\d\d-/);
        assert.match(stdout, /^complete, md5 verified by the (worker|store)$/m);
        const { result, state, offset } = json<ChunkedAnswer>('result.json');
        assert.deepEqual([state, offset], ['complete', FILM.length]);
        assert.ok(result);
        await isFilm(result);
      }));

    it('joist.md tells a server what is prepared, completed and aborted', async () => {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const receiver = await startReceiver(secret);
      try {
        await play(
          running(),
          'joist.md',
          {
            WEBHOOK_URL: receiver.url,
            WEBHOOK_SECRET: secret,
            WEBHOOK_EVENTS: 'prepared, completed, aborted, expired',
          },
          async ({ json, stdout }) => {
            const result = json<Result>('result.json');
            await isFilm(result);
            assert.equal(stdout.trim(), `photo=${result.id}`);
            await receiver.count(4);
            assert.deepEqual(
              receiver.received.map(({ type, data }) => [type, data['id'] === result.id]).sort(),
              [
                ['upload.aborted', false],
                ['upload.completed', true],
                ['upload.prepared', false],
                ['upload.prepared', true],
              ],
            );
          },
        );
      } finally {
        await receiver.stop();
      }
    });
  },
  missing('curl', 'jq'),
);

onEveryStore(
  'the backend of docs/from/django-s3-file-upload.md',
  ({ name }) => name === 'r2-local',
  (running) => {
    let lab: Lab;
    before(async () => {
      lab = await startLab(running());
    });
    after(() => lab.stop());

    /** What the backend makes of this id from this user: the upload's key, or why it is refused. */
    const submit = async (id: string, user: string): Promise<string> => {
      const script = `${blockOf('django-s3-file-upload.md', 'python')}
try:
    print(finished_upload(os.environ["ID"], os.environ["TOKEN"])["key"])
except ValueError as reason:
    print(f"refused: {reason}")
`;
      const env = { API: await addressOf(lab), TOKEN: await jwtFor(user), ID: id };
      const { stdout } = await run('python3', ['-c', script], { env: { ...process.env, ...env } });
      return stdout.trim();
    };

    it('accepts the finished upload of the user who submits it', async () => {
      const { upload } = await (await lab.as('alice')).upload(random(10));
      assert.equal(await submit(upload.id, 'alice'), upload.key);
    });

    it('refuses what is unfinished, somebody else’s or not an id', async () => {
      const alice = await lab.as('alice');
      const { upload } = await alice.upload(random(10));
      const open = await alice.create({ bytes: 10 });
      assert.match(await submit(upload.id, 'bob'), /^refused: You have no upload/);
      assert.match(await submit(randomUUID(), 'alice'), /^refused: You have no upload/);
      assert.match(await submit(open.id, 'alice'), /^refused: .* not complete, but open/);
      assert.match(
        await submit(`../uploads/${upload.id}`, 'alice'),
        /^refused: This is not the id/,
      );
    });
  },
  missing('requests'),
);
