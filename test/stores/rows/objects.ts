/** Rows about what an object is stored as, and by whose keys. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { AwsClient } from 'aws4fetch';
import { isRefused } from '../../../worker/protocol.ts';
import { encodeKey } from '../../../worker/s3/signing/encode.ts';
import type { Settings } from '../../worker/harness.ts';
import type { Running } from '../../worker/s3/stores.ts';
import { attributesWith, download, random } from '../../worker/s3/uploads.ts';
import { no, yes, type Outcome, type Row } from '../row.ts';
import { compare, type Scene } from '../scene.ts';
import { tell } from './asking.ts';

const BYTES = 100;
/** By what is special about them. */
const NAMES: Readonly<Record<string, string>> = {
  'accents, composed and not': 'Füße und e\u0301.txt',
  'other scripts and emoji': '日本語 🚀 👩‍👩‍👧.png',
  'reserved characters': "a + b & c = 100% ? # ; : @ ' ( ) * !.txt",
  'percent signs that look encoded': 'a%2Fb %2e%2e.bin',
  'quotes and brackets': '"<a>" ^|`{}~',
  'a dot in front': '.htaccess',
  'nothing but dots': '..',
  'a backslash': 'a\\b',
  'a dot at the end': 'ends with a dot.',
  'more than 255 bytes, which are cut to 255': `${'x'.repeat(300)}.bin`,
  'writing from right to left': 'שלום.pdf',
};

const names: Row = {
  id: 'names',
  behaviour: 'Files with names of every kind are stored, and found again',
  async ask({ alice, lab, running }) {
    const refused: string[] = [];
    const codes = new Set<string>();
    for (const [kind, name] of Object.entries(NAMES)) {
      const body = random(BYTES);
      const slot = await alice.tryCreate({ bytes: BYTES, name });
      if (isRefused(slot)) {
        codes.add(codeIn((await lab.seen()).log));
        refused.push(kind);
        continue;
      }
      const parts = await alice.sendParts(slot, body);
      const { status, problem } = await alice.complete(slot, { parts });
      assert.equal(status, 200, `${name}: ${JSON.stringify(problem)}`);
      assert.deepEqual(await download(running, slot.key), body, name);
    }
    if (refused.length === 0) return yes();
    return no(
      `not with ${refused.join('; ')}: the Worker's log says \`${[...codes].join('`, `')}\``,
    );
  },
};

const forms: Row = {
  id: 'forms',
  behaviour: 'A form POST stores a small file, and only of the size that its policy allows',
  async ask({ running, profile, storeWith }) {
    const store = storeWith({ postPolicy: true });
    const key = running.key();
    const form = await store.presignForm(key, BYTES, attributesWith(), { expiresIn: 60 });
    const longer = await tell(form.request, random(BYTES + 1));
    const sent = await tell(form.request, random(BYTES));
    const isHeld = sent.ok && !longer.ok && (await running.store.head(key))?.bytes === BYTES;
    const note = compare(profile, 'postPolicy', profile.postPolicy, isHeld);
    return isHeld ? yes(note) : no('small files are uploads of one part');
  },
};

/** Asks for an object with this setting. */
async function withSetting(
  scene: Scene,
  settings: Settings,
  isUsed: boolean,
  isSet: (key: string) => Promise<boolean>,
): Promise<Outcome> {
  const lab = await scene.workerWith(settings);
  const [setting = ''] = Object.keys(settings);
  const client = await lab.as('alice');
  if (!isUsed) {
    const { status, problem } = await client.get('/policy');
    assert.equal(status, 500, `${setting} is refused`);
    assert.equal(problem.code, 'misconfigured');
    assert.match(problem.detail, new RegExp(setting));
    return no(`the Worker refuses to start with \`${setting}\``);
  }
  const slot = await client.tryCreate({ bytes: BYTES });
  if (isRefused(slot)) {
    const code = codeIn((await lab.seen()).log);
    return no(`the store answers \`${code}\` to Create, which the Worker's log says`);
  }
  const body = random(BYTES);
  const parts = await client.sendParts(slot, body);
  const { status } = await client.complete(slot, { parts });
  assert.equal(status, 200);
  return (await isSet(slot.key)) ? yes() : no();
}

/** The store's own code for its last refusal, as the Worker's log has it. */
function codeIn(log: readonly string[]): string {
  const lines = log.map((line) => JSON.parse(line) as { storeCode?: string });
  const { storeCode } = lines.findLast((line) => line.storeCode !== undefined) ?? {};
  assert.ok(storeCode !== undefined && storeCode !== 'NoAnswer', log.join('\n'));
  return storeCode;
}

const acl: Row = {
  id: 'acl',
  behaviour: 'An object with the ACL `public-read` can be read by anybody',
  ask: (scene) =>
    withSetting(scene, { ACL: 'public-read' }, scene.profile.acl, async (key) => {
      const { endpoint, bucket } = scene.running.config;
      const response = await fetch(`${endpoint}/${bucket}/${encodeKey(key)}`);
      await response.arrayBuffer();
      return response.ok;
    }),
};

const encryption: Row = {
  id: 'encryption',
  behaviour: 'An object is encrypted by the store (`SSE=AES256`), and HEAD says so',
  ask: (scene) =>
    withSetting(
      scene,
      { SSE: 'AES256' },
      scene.profile.sse.includes('AES256'),
      async (key) =>
        (await signedGet(scene.running, 'HEAD', key)).headers.get(
          'x-amz-server-side-encryption',
        ) === 'AES256',
    ),
};

const tags: Row = {
  id: 'tags',
  behaviour: 'An object has the tags that the settings name',
  ask: (scene) =>
    withSetting(scene, { TAGS: 'project=web' }, scene.profile.tagging, async (key) => {
      const answer = await signedGet(scene.running, 'GET', key, '?tagging=');
      return /<Key>project<\/Key>\s*<Value>web<\/Value>/.test(await answer.text());
    }),
};

const role: Row = {
  id: 'role',
  behaviour: 'STS gives temporary keys that are limited to the bucket and the prefix',
  async ask({ profile, workerWith }) {
    const roleArn = process.env['S3_ROLE_ARN'] ?? 'arn:aws:iam:::role/uploader';
    const lab = await workerWith({ S3_ROLE_ARN: roleArn });
    const client = await lab.as('alice');
    if (!profile.assumeRole) {
      const { status, problem } = await client.get('/policy');
      assert.equal(status, 500);
      assert.match(problem.detail, /S3_ROLE_ARN/);
      return no('the Worker refuses to start with `S3_ROLE_ARN`');
    }
    const upload = await client.create({ bytes: 6 * 1024 * 1024 });
    const body = random(6 * 1024 * 1024);
    const { body: signed } = await client.sign(upload, body, [1]);
    assert.match(signed.requests[0]?.url ?? '', /X-Amz-Security-Token=/);
    const parts = await client.sendParts(upload, body);
    assert.equal((await client.complete(upload, { parts })).status, 200);
    return yes();
  },
};

async function signedGet(
  { config, credentials }: Running,
  method: 'GET' | 'HEAD',
  key: string,
  query = '',
): Promise<Response> {
  const { endpoint, bucket, region } = config;
  const aws = new AwsClient({ ...credentials, region, service: 's3', retries: 0 });
  return aws.fetch(`${endpoint}/${bucket}/${encodeKey(key)}${query}`, { method });
}

export const OBJECTS: readonly Row[] = [names, forms, acl, encryption, tags, role];
