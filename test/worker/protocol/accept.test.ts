/** Which files an `accept` list allows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  accepts,
  canRunScript,
  couldAccept,
  essenceOf,
  listsType,
  parseAccept,
} from '../../../worker/protocol/accept.ts';

describe('a list of types', () => {
  const table: [string[], { name: string; type: string }, boolean][] = [
    [[], { name: 'x', type: '' }, true],
    [['image/*'], { name: 'x', type: 'image/png' }, true],
    [['image/*'], { name: 'x', type: 'IMAGE/PNG; x=y' }, true],
    [['image/*'], { name: 'x', type: 'imagexyz/png' }, false],
    [['image/*'], { name: 'x', type: 'image' }, false],
    [['image/png', '.pdf'], { name: 'a.PDF', type: 'application/pdf' }, true],
    [['.pdf'], { name: 'a.pdf.exe', type: 'application/pdf' }, false],
    [['.pdf'], { name: 'pdf', type: 'application/pdf' }, false],
    [['image/png'], { name: 'a.png', type: 'text/html' }, false],
    [['*/*'], { name: 'x', type: '' }, true],
    [['.pdf'], { name: 'x.pdf', type: 'text/html' }, false],
    [['.pdf'], { name: 'x.pdf', type: 'application/octet-stream' }, true],
    [['.pdf'], { name: 'x.pdf', type: '' }, true],
    [['.pdf'], { name: 'x.pdf', type: 'image/png' }, false],
    [['.tar.gz'], { name: 'x.TAR.GZ', type: 'application/x-gzip' }, true],
    [['.tar.gz'], { name: 'x.gz', type: 'application/gzip' }, false],
    [['.tar.gz'], { name: '.tar.gz', type: 'application/gzip' }, false],
    [['.gz'], { name: 'x.tar.gz', type: 'application/gzip' }, true],
    [['.blend'], { name: 'x.blend', type: 'application/x-blender' }, true],
    ...[
      'text/html',
      'Text/HTML; charset=utf-8',
      'image/svg+xml',
      'application/xhtml+xml',
      'application/x+xml',
      'text/xml',
      'text/javascript',
      'application/x-javascript',
      'multipart/x-mixed-replace',
    ].map(
      (type) => [['.blend'], { name: 'x.blend', type }, false] satisfies (typeof table)[number],
    ),
    [['image/heic'], { name: 'x.heic', type: '' }, true],
    [['image/heic'], { name: 'x.HEIC', type: 'image/heif' }, true],
    [['image/heic'], { name: 'x.png', type: '' }, false],
    [['video/*'], { name: 'x.mkv', type: '' }, true],
    [['video/*'], { name: 'x.mkv', type: 'application/octet-stream' }, true],
    [['video/*'], { name: 'x.mkv', type: 'text/html' }, false],
    [['application/zip'], { name: 'x.zip', type: 'application/x-zip-compressed' }, true],
    [['application/zip; x=y'], { name: 'x', type: 'application/zip' }, true],
    [['application/zip'], { name: 'x', type: '' }, false],
    [['text/csv'], { name: 'x.csv', type: 'application/vnd.ms-excel' }, true],
    [['text/plain'], { name: 'x.csv', type: '' }, false],
    [['image/*'], { name: 'x.html', type: 'image/png' }, false],
    [['image/*'], { name: 'x.svg', type: 'image/svg+xml' }, true],
    [['no type'], { name: 'x', type: 'no type' }, false],
    // Two names for one type, also without an extension that would tell.
    [['image/heic'], { name: 'IMG_0001', type: 'image/heif' }, true],
    [['image/heif'], { name: 'IMG_0001', type: 'image/heic-sequence' }, true],
    [['application/zip'], { name: 'archive', type: 'application/x-zip-compressed' }, true],
    [['application/zip'], { name: 'report.docx', type: 'application/x-zip-compressed' }, true],
    [['image/heic'], { name: 'page.html', type: 'image/heif' }, false],
    // Cameras: systems give these types, or none.
    [['video/*'], { name: '00001.MTS', type: 'model/vnd.mts' }, true],
    [['video/*'], { name: 'MOV001.MOD', type: 'audio/x-mod' }, true],
    [['video/*'], { name: 'A001.mxf', type: 'application/mxf' }, true],
    [['video/*'], { name: 'clip.ts', type: 'text/vnd.trolltech.linguist' }, true],
    [['video/*'], { name: 'clip.avi', type: 'application/x-troff-msvideo' }, true],
    ...[
      'GX010001.LRV',
      'VID.insv',
      'A001.braw',
      'A001.R3D',
      'tape.dv',
      'VTS_01_1.VOB',
      'x.tod',
    ].map((name) => [['video/*'], { name, type: '' }, true] satisfies (typeof table)[number]),
    ...['a.CR2', 'a.cr3', 'a.nef', 'a.arw', 'a.orf', 'a.rw2', 'a.raf', 'a.dng', 'a.gpr'].map(
      (name) => [['image/*'], { name, type: '' }, true] satisfies (typeof table)[number],
    ),
    [['.nef'], { name: 'a.nef', type: 'image/x-nikon-nef' }, true],
    [['.nef'], { name: 'a.nef', type: 'image/tiff' }, true],
    [['.nef'], { name: 'a.nef', type: 'application/pdf' }, false],
    [['image/x-canon-cr2'], { name: 'a.cr2', type: '' }, true],
    [['image/x-canon-cr2'], { name: 'a.nef', type: '' }, false],
    [['video/*'], { name: 'song.mp3', type: '' }, false],
  ];
  for (const [list, { name, type }, expected] of table) {
    it(`${JSON.stringify(list)} ${expected ? 'takes' : 'refuses'} ${name} of ${type || 'no type'}`, () => {
      assert.equal(accepts(list, { name, type }), expected);
    });
  }
});

describe('an accept list', () => {
  it('tells its malformed entries from its tokens', () => {
    const { tokens, malformed } = parseAccept(
      ' image/* ,.TAR.GZ,text/plain; x=y,*/*,pdf,a/b/c,*/png,im*/png,..,.,./x,image/',
    );
    assert.deepEqual(tokens, [
      { kind: 'family', family: 'image' },
      { kind: 'extension', extension: '.tar.gz' },
      { kind: 'type', type: 'text/plain' },
      { kind: 'any' },
    ]);
    const others = ['pdf', 'a/b/c', '*/png', 'im*/png', '..', '.', './x', 'image/'];
    assert.deepEqual(malformed, others);
  });

  it('may be a list already, whose blanks and empty entries do not matter', () => {
    assert.deepEqual(
      parseAccept([' image/png ', '', ' ', '*', 'x y/z', 'x/y z', '.a b', 'x.pdf']),
      {
        tokens: [{ kind: 'type', type: 'image/png' }, { kind: 'any' }],
        malformed: ['x y/z', 'x/y z', '.a b', 'x.pdf'],
      },
    );
    const odd = parseAccept('/png,image,.a/b,.a*,..a,.a.,image/p*,image/*/x,im(age/png,image/pn(g');
    assert.deepEqual(odd.tokens, []);
    assert.equal(odd.malformed.length, 10);
  });

  it('of malformed entries alone allows nothing, and an empty one everything', () => {
    assert.equal(accepts('pdf', { name: 'x.pdf', type: '' }), false);
    assert.equal(couldAccept('pdf', 'application/pdf'), false);
    assert.equal(couldAccept('pdf', ''), false);
    assert.equal(accepts(' , ', { name: 'x.pdf', type: '' }), true);
    assert.equal(couldAccept([], 'text/html'), true);
  });

  it('allows any file by *, of whatever name and type', () => {
    assert.equal(accepts('*', { name: 'x.html', type: 'image/png' }), true);
    assert.equal(couldAccept('*/*', 'text/html'), true);
    assert.equal(couldAccept('.pdf,*', 'text/html'), true);
    assert.equal(couldAccept('.pdf,image/*', 'image/png'), true);
  });

  it('takes types that say nothing as if there were none', () => {
    for (const type of [
      '',
      'application/octet-stream',
      'binary/octet-stream',
      'application/binary',
    ]) {
      assert.equal(accepts('.pdf', { name: 'x.pdf', type }), true, type);
      assert.equal(accepts('image/*', { name: 'x.png', type }), true, type);
      assert.equal(couldAccept('image/*', type), true, type);
    }
    assert.equal(accepts('image/*', { name: 'x', type: 'application/octet-stream' }), false);
    const listed = ['application/octet-stream'];
    assert.equal(accepts(listed, { name: 'x.html', type: 'application/octet-stream' }), true);
  });

  it('of types allows a harmless name of another format, and an unknown type by its name alone', () => {
    assert.equal(accepts('image/png', { name: 'x.pdf', type: 'image/png' }), true);
    assert.equal(accepts('image/png', { name: 'x.unknown', type: 'image/png' }), true);
    assert.equal(couldAccept('application/x-own', 'application/x-own'), true);
    assert.equal(couldAccept('application/x-own', 'application/x-other'), false);
    assert.equal(couldAccept('.pdf', 'image/png'), false);
  });

  it('tells whether it names a type, and not by an extension', () => {
    assert.equal(listsType(['image/png'], 'IMAGE/PNG; a=b'), true);
    assert.equal(listsType(['.pdf', 'image/*'], 'image/gif'), true);
    assert.equal(listsType(['*'], 'text/html'), true);
    assert.equal(listsType(['.pdf'], 'application/pdf'), false);
    assert.equal(listsType([], 'image/png'), false);
  });

  it('judges a dragged file, which has no name, by what its type could be', () => {
    const could: [string, string, boolean][] = [
      ['', 'image/png', true],
      ['image/*', '', true],
      ['image/*', 'image/png', true],
      ['image/*', 'text/plain', false],
      ['.pdf', 'application/pdf', true],
      ['.pdf', 'text/html', false],
      ['.blend', 'application/x-blender', true],
      ['application/zip', 'application/x-zip-compressed', true],
      ['image/heic', 'image/heif', true],
      ['application/pdf', 'image/png', false],
      ['video/*', 'model/vnd.mts', true],
      ['video/*', 'application/mxf', true],
      ['image/*', 'application/zip', false],
    ];
    for (const [list, type, expected] of could) {
      assert.equal(couldAccept(list, type), expected, `${list} of ${type}`);
    }
  });
});

describe('a type', () => {
  it('is compared in lower case, without its parameters and blanks', () => {
    assert.equal(essenceOf(' Text/HTML ; charset=utf-8'), 'text/html');
    assert.equal(essenceOf(''), '');
    assert.equal(essenceOf(';x'), '');
  });

  const scripted = [
    'text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'text/xsl',
    'application/xslt',
    'application/javascript',
    'text/ecmascript',
    'text/livescript',
    'text/jscript',
    'application/x-shockwave-flash',
    'text/x-component',
    'multipart/related',
    'message/rfc822',
    'application/x-mimearchive',
  ];
  for (const type of scripted) {
    it(`can run a script: ${type}`, () => assert.equal(canRunScript(type), true));
  }
  const harmless = [
    'image/png',
    'text/xslate',
    'application/x-multipart/x',
    'application/x-message/x',
    'text/vbscript',
  ];
  for (const type of harmless) {
    it(`runs no script: ${type}`, () => assert.equal(canRunScript(type), false));
  }
});
