/** The rules of an upload: settings, narrowed by claims and never widened, and what they say of a file. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { checkFile, covers, narrow, rulesFrom } from '../../worker/policy/policy.ts';

const file = { id: randomUUID(), name: 'photo.png', bytes: 100, type: 'image/png' };

describe('rules', () => {
  const rules = rulesFrom({
    maxBytes: 1000,
    minBytes: 10,
    accept: ['image/*'],
    maxFiles: 5,
    prefix: 'in/',
    metadata: ['album', 'caption'],
    fixedMetadata: { source: 'web' },
    acl: ['private', 'public-read'],
    uploadSeconds: 3600,
  });

  it('are narrowed by a claim, field by field', () => {
    const narrowed = narrow(rules, {
      maxBytes: 500,
      minBytes: 20,
      accept: ['image/png', '.svg'],
      maxFiles: 1,
      prefix: 'alice',
      metadata: ['Album', 'other'],
      acl: 'public-read',
      expiresIn: 60,
      ids: [file.id],
    });
    assert.equal(narrowed.maxBytes, 500);
    assert.equal(narrowed.minBytes, 20);
    assert.deepEqual(narrowed.accept, [['image/*'], ['image/png', '.svg']]);
    assert.equal(narrowed.maxFiles, 1);
    assert.equal(narrowed.prefix, 'in/alice/');
    assert.deepEqual(narrowed.metadata, ['album']);
    assert.deepEqual(narrowed.acl, ['public-read']);
    assert.equal(narrowed.uploadSeconds, 60);
    assert.deepEqual(narrowed.ids, [file.id]);
  });

  it('are never widened by one', () => {
    const widened = narrow(rules, {
      maxBytes: 2 ** 40,
      minBytes: 0,
      accept: [],
      maxFiles: 1000,
      metadata: { source: 'forged', album: 'A' },
      expiresIn: 10 ** 9,
    });
    assert.equal(widened.maxBytes, 1000);
    assert.equal(widened.minBytes, 10);
    assert.deepEqual(widened.accept, rules.accept);
    assert.equal(widened.maxFiles, 5);
    assert.deepEqual(widened.fixedMetadata, { album: 'A', source: 'web' });
    assert.equal(widened.uploadSeconds, 3600);
    assert.throws(() => narrow(rules, { acl: 'public-read-write' }), /ACL/);
    const twice = narrow(narrow(rules, { maxBytes: 50, ids: [] }), {
      maxBytes: 90,
      ids: [file.id],
    });
    assert.equal(twice.maxBytes, 50);
    assert.deepEqual(twice.ids, []);
  });

  it('let nothing through where a claim is not understood', () => {
    const claims = [
      5,
      'x',
      null,
      [],
      { maxBytes: '5' },
      { maxBytes: -1 },
      { maxbytes: 5 },
      { ids: ['x'] },
      { prefix: '../x' },
      { prefix: 'a//b' },
      { prefix: '..' },
      { metadata: { 'a b': 'x' } },
      { accept: ['pdf'] },
      { accept: ['image/*', 'image/'] },
    ];
    for (const claim of claims) {
      assert.throws(() => narrow(rules, claim), { name: 'ProblemError', code: 'forbidden' });
    }
  });

  it('say what is wrong with a file, and where', () => {
    const check = (more: object, by: object = {}) =>
      checkFile(narrow(rules, by), { ...file, ...more }, 'files[3]');
    check({});
    assert.throws(() => check({ bytes: 1001 }), { code: 'too_large' });
    assert.throws(() => check({ bytes: 9 }), { code: 'invalid_request' });
    assert.throws(() => check({ type: 'text/html' }), { code: 'type_not_allowed' });
    assert.throws(() => check({}, { accept: ['image/jpeg'] }), { code: 'type_not_allowed' });
    assert.throws(() => check({}, { ids: [randomUUID()] }), { code: 'forbidden' });
    const named = { ...rules, name: /^[a-z]+\.png$/u };
    checkFile(named, file);
    assert.throws(() => checkFile(named, { ...file, name: 'Photo 1.png' }), /name/);
    // A pattern of an app's own may have flags by which it remembers where it stopped.
    const global = { ...rules, name: /^[a-z]+\.png$/gu };
    for (let count = 0; count < 2; count++) checkFile(global, file);
  });
});

/** What is thrown, as far as a caller sees it. */
function problemOf(run: () => unknown): object {
  try {
    run();
  } catch (error) {
    const { code, detail, field } = (error as { problem: Record<string, unknown> }).problem;
    return { code, detail, ...(field === undefined ? {} : { field }) };
  }
  throw new Error('Nothing was thrown.');
}

describe('rules that nobody has narrowed', () => {
  it('let everything in up to 5 GiB, for a day and a half, and have no other limit', () => {
    assert.deepEqual(rulesFrom({}), {
      maxBytes: 5 * 1024 ** 3,
      minBytes: 0,
      accept: [],
      maxFiles: null,
      name: null,
      ids: null,
      prefix: '',
      within: null,
      metadata: [],
      fixedMetadata: {},
      acl: [],
      object: {},
      disposition: 'auto',
      uploadSeconds: 129_600,
      maxAgeSeconds: null,
      urlSeconds: 900,
      removable: false,
      public: false,
      maxOpen: null,
      maxTotalBytes: null,
      maxPerGrant: null,
    });
  });

  it('are those of the settings where there are any', () => {
    const rules = rulesFrom({ accept: ['image/*', '.pdf'], prefix: 'in', removable: true });
    assert.deepEqual(rules.accept, [['image/*', '.pdf']]);
    assert.equal(rules.prefix, 'in/');
    assert.equal(rules.removable, true);
    assert.throws(() => rulesFrom({ prefix: '../x' }), { code: 'misconfigured' });
  });
});

describe('a claim', () => {
  const rules = rulesFrom({ prefix: 'in/', metadata: ['album', 'caption'], acl: ['private'] });

  it('leaves the rules as they are if there is none, and if it names nothing', () => {
    assert.equal(narrow(rules, undefined), rules);
    assert.deepEqual(narrow(rules, {}), rules);
  });

  it('confines its caller to its prefix, and only then', () => {
    assert.equal(narrow(rules, { maxBytes: 5 }).within, null);
    assert.equal(narrow(rules, { prefix: 'alice' }).within, 'in/alice/');
    assert.equal(narrow(rules, { prefix: '/alice' }).within, 'in/alice/');
    const twice = narrow(narrow(rules, { prefix: 'alice' }), { prefix: 'album' });
    assert.equal(twice.within, 'in/alice/album/');
    assert.equal(narrow(narrow(rules, { prefix: 'alice' }), {}).within, 'in/alice/');
  });

  it('sets a limit where there was none, and keeps the smaller where there was one', () => {
    const limited = narrow(rules, { maxFiles: 3, maxOpen: 2, maxTotalBytes: 9, expiresIn: 60 });
    assert.equal(limited.maxFiles, 3);
    assert.equal(limited.maxPerGrant, 3);
    assert.equal(limited.maxOpen, 2);
    assert.equal(limited.maxTotalBytes, 9);
    assert.equal(limited.maxAgeSeconds, 60);
    assert.equal(limited.uploadSeconds, 60);
    const wider = narrow(limited, { maxFiles: 5, maxOpen: 0, maxTotalBytes: 10, expiresIn: 90 });
    assert.equal(wider.maxFiles, 3);
    assert.equal(wider.maxOpen, 0);
    assert.equal(wider.maxTotalBytes, 9);
    assert.equal(wider.maxAgeSeconds, 60);
    assert.equal(narrow(limited, { maxBytes: 1 }).maxOpen, 2);
  });

  it('restricts names of metadata by a list, and sets values by an object', () => {
    const restricted = narrow(rules, { metadata: ['ALBUM'] });
    assert.deepEqual(restricted.metadata, ['album']);
    assert.deepEqual(restricted.fixedMetadata, {});
    const fixed = narrow(rules, { metadata: { album: 'A' } });
    assert.deepEqual(fixed.metadata, ['album', 'caption']);
    assert.deepEqual(fixed.fixedMetadata, { album: 'A' });
  });

  it('is refused with a sentence that says what is wrong with it', () => {
    const told = (claim: unknown) => problemOf(() => narrow(rules, claim));
    assert.deepEqual(told({ maxBytes: 'x' }), {
      code: 'forbidden',
      detail: 'The caller’s upload claim is malformed.',
    });
    assert.deepEqual(told({ accept: ['pdf'] }), {
      code: 'forbidden',
      detail: 'The caller’s upload claim: "pdf" in accept is not a type or an extension.',
    });
    assert.deepEqual(told({ prefix: '..' }), {
      code: 'forbidden',
      detail: 'The caller’s upload claim has an invalid prefix.',
    });
    assert.throws(
      () => narrow(rules, { prefix: '..' }),
      ({ cause }: Error) => cause instanceof Error && /KEY_PREFIX/.test(cause.message),
    );
    assert.deepEqual(told({ acl: 'public-read' }), {
      code: 'forbidden',
      detail: 'The caller’s upload claim asks for an ACL that is not allowed.',
    });
  });

  it('is refused where it is out of all bounds', () => {
    const claims = [
      { accept: ['x'.repeat(257)] },
      { prefix: 'x'.repeat(513) },
      { metadata: { ['x'.repeat(65)]: 'x' } },
      { metadata: { '': 'x' } },
      { expiresIn: 0 },
      { expiresIn: 1.5 },
      { maxBytes: 1.5 },
    ];
    for (const claim of claims) {
      assert.throws(() => narrow(rules, claim), { code: 'forbidden' }, JSON.stringify(claim));
    }
    assert.equal(narrow(rules, { maxBytes: 0, expiresIn: 1 }).maxBytes, 0);
    assert.deepEqual(narrow(rules, { metadata: { 'A-1': 'x' } }).fixedMetadata, { 'A-1': 'x' });
  });

  it('covers the uploads below its prefix, and of its ids', () => {
    const upload = { id: file.id, key: 'in/alice/x.png' };
    assert.equal(covers(rules, upload), true);
    assert.equal(covers(narrow(rules, { prefix: 'alice' }), upload), true);
    assert.equal(covers(narrow(rules, { prefix: 'x.png' }), upload), false);
    assert.equal(covers(narrow(rules, { prefix: 'bob' }), upload), false);
    assert.equal(covers(narrow(rules, { ids: [file.id] }), upload), true);
    assert.equal(covers(narrow(rules, { ids: [randomUUID()] }), upload), false);
    const both = narrow(rules, { prefix: 'bob', ids: [file.id] });
    assert.equal(covers(both, upload), false);
  });
});

describe('a file', () => {
  const rules = rulesFrom({
    maxBytes: 100,
    minBytes: 10,
    accept: ['image/*', '.pdf'],
    name: /^[a-z ]+\.[a-z]+$/,
  });
  const told = (more: object, by: object = {}, path?: string) =>
    problemOf(() => checkFile(narrow(rules, by), { ...file, ...more }, path));

  it('may have exactly as many bytes as it may have at most or at least', () => {
    checkFile(rules, { ...file, bytes: 100 });
    checkFile(rules, { ...file, bytes: 10 });
    assert.deepEqual(told({ bytes: 9 }), {
      code: 'invalid_request',
      detail: 'The file must have at least 10 bytes.',
      field: 'bytes',
    });
    assert.deepEqual(told({ bytes: 101 }, {}, 'files[3]'), {
      code: 'too_large',
      detail: 'At most 100 bytes are allowed.',
      field: 'files[3].bytes',
    });
  });

  it('has to match each list, and is told all of them', () => {
    assert.deepEqual(told({ type: 'text/html' }, { accept: ['image/png'] }), {
      code: 'type_not_allowed',
      detail: 'The file’s extension and type must both be allowed: image/*, .pdf and image/png.',
      field: 'type',
    });
  });

  it('has to have a name that matches as it was sent and as it will be stored', () => {
    const refused = {
      code: 'invalid_request',
      detail: 'Files of this name are not allowed.',
      field: 'files[0].name',
    };
    assert.deepEqual(told({ name: 'Photo.png' }, {}, 'files[0]'), refused);
    assert.deepEqual(told({ name: '../photo.png' }, {}, 'files[0]'), refused);
    assert.deepEqual(told({ name: ' photo.PNG ' }, {}, 'files[0]'), refused);
    checkFile(rules, { ...file, name: ' photo.png' });
  });

  it('has to have an allowed id', () => {
    assert.deepEqual(told({}, { ids: [] }, 'files[0]'), {
      code: 'forbidden',
      detail: 'The caller may not make this upload.',
      field: 'files[0].id',
    });
  });
});
