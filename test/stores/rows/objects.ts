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
const LONGEST_QUOTED_NAME = 20;
const NAMES = [
  'Füße und e\u0301.txt',
  '日本語 🚀 👩‍👩‍👧.png',
  "a + b & c = 100% ? # ; : @ ' ( ) * !.txt",
  'a%2Fb %2e%2e.bin',
  '"<a>" ^|`{}~',
  '.htaccess',
  '..',
  'a\\b',
  'ends with a dot.',
  `${'x'.repeat(300)}.bin`,
  'שלום.pdf',
];

const names: Row = {
  id: 'names',
  behaviour: 'Files with names of every kind are stored, and found again',
  async ask({ alice, running }) {
    const refused: string[] = [];
    for (const name of NAMES) {
      const body = random(BYTES);
      const slot = await alice.tryCreate({ bytes: BYTES, name });
      if (isRefused(slot)) {
        assert.equal(slot.problem.code, 'store_unavailable');
        refused.push(`\`${name.slice(0, LONGEST_QUOTED_NAME)}\``);
        continue;
      }
      const parts = await alice.sendParts(slot, body);
      const { status, problem } = await alice.complete(slot, { parts });
      assert.equal(status, 200, `${name}: ${JSON.stringify(problem)}`);
      assert.deepEqual(await download(running, slot.key), body, name);
    }
    if (refused.length === 0) return yes();
    return no(`the Worker answers that the store refuses ${refused.join(' and ')}`);
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
    assert.ok(['misconfigured', 'store_unavailable'].includes(slot.problem.code));
    return no(`the store refuses it at Create, and the Worker's log names \`${setting}\``);
  }
  const body = random(BYTES);
  const parts = await client.sendParts(slot, body);
  const { status } = await client.complete(slot, { parts });
  assert.equal(status, 200);
  return (await isSet(slot.key)) ? yes() : no();
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
