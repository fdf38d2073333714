/**
 * What a hostile client tries, as data: the security page lists it, and hostile.test.ts does it. The
 * client has a valid token of its own, uploads of its own and the links and signed URLs that go with
 * them; and it knows the ids and keys of somebody else's uploads, which nobody has told it.
 */

export type Aim = 'read' | 'overwrite' | 'delete' | 'widen' | 'replay' | 'enumerate';

export interface Try {
  readonly aim: Aim;
  /** What it does. */
  readonly tries: string;
  /** What it meets. */
  readonly meets: string;
}

export const TRIES = {
  stateOfAnother: {
    aim: 'read',
    tries: 'asks for the state of another’s upload by its id, with and without a token of its own',
    meets: '404, as for an id that does not exist; 403 with the token of another upload',
  },
  linkOfAnother: {
    aim: 'read',
    tries: 'asks for a link to another’s file, as its owner and as the public',
    meets: '404; 401 without a token of its own',
  },
  noSignature: {
    aim: 'read',
    tries: 'fetches another’s object from the store, and its own, without a signature',
    meets: 'a refusal of the store',
  },
  linkElsewhere: {
    aim: 'read',
    tries: 'puts another’s key, the whole bucket or other answer headers into a link of its own',
    meets: '403 from the store: all of it is signed',
  },
  partUrlAsRead: {
    aim: 'read',
    tries: 'uses a signed part URL to read an object or to list parts',
    meets: '403 from the store: the method and the key are signed',
  },
  copyByHeader: {
    aim: 'read',
    tries: 'adds x-amz-copy-source to a signed PUT, to copy another’s object into its own',
    meets: 'a refusal of the store: the PUT is signed with conditions that no copy meets',
  },
  companionKey: {
    aim: 'read',
    tries: 'names another’s key with an upload id of its own in Companion’s contract',
    meets: '403',
  },
  listOfAnother: {
    aim: 'read',
    tries: 'lists uploads with another’s name, prefix or cursor in the query',
    meets: 'its own rows, or 400',
  },
  idOfAnother: {
    aim: 'overwrite',
    tries: 'creates an upload under the id of another’s',
    meets: 'an upload of its own, under a key of its own',
  },
  nameThatClimbs: {
    aim: 'overwrite',
    tries: 'gives names with ../, %2e%2e, backslashes, NUL and leading slashes',
    meets: 'a key under its own prefix, whatever the name',
  },
  fieldsOfItsOwn: {
    aim: 'overwrite',
    tries: 'names key, bucket, owner, endpoint, uploadId or mark in a Create',
    meets: '400: the Worker alone decides those',
  },
  urlElsewhere: {
    aim: 'overwrite',
    tries: 'puts another’s key or upload id into a signed URL of its own',
    meets: '403 from the store',
  },
  finishedAgain: {
    aim: 'overwrite',
    tries: 'sends other bytes to a finished object of its own by the URL that it kept',
    meets:
      'a refusal of the store: the upload is over, or the form is bound to the SHA-256 of the file; nothing is signed for what is complete',
  },
  sameChecksum: {
    aim: 'overwrite',
    tries:
      'sends other bytes that have the same MD5 to a finished object of its own by the URL that it kept',
    meets:
      'a refusal of the store. Swift alone takes them, until the URL expires: keep URL_TTL short there, or do not trust an object before that',
  },
  signedAfterComplete: {
    aim: 'overwrite',
    tries: 'has a request signed for a finished object of its own',
    meets: '409, or a URL that the store refuses since the upload is over',
  },
  idForTwoFiles: {
    aim: 'overwrite',
    tries: 'creates one id for two files with different checksums',
    meets:
      '409. Where two Creates reach two places at once and the store takes forms (AWS, MinIO), each may get one, and the later file replaces the other until the form expires; FORMS=off ends that',
  },
  idManyTimes: {
    aim: 'replay',
    tries: 'creates one id twenty times at once, to leave uploads on the store that nobody aborts',
    meets: 'one upload: the others are aborted with it, when it completes and when it expires',
  },
  forgedTrailer: {
    aim: 'overwrite',
    tries:
      'forges the signature of a PUT, of a part and of an archive, as “unsigned with a trailer”',
    meets:
      '403 from the store (501 from Swift). MinIO’s last open release takes all three from whoever knows an access key: CVE-2026-41145 and CVE-2026-40344, fixed elsewhere; see docs/security.md',
  },
  tokenElsewhere: {
    aim: 'overwrite',
    tries: 'signs, relays and completes another’s upload with an upload token of its own',
    meets: '403',
  },
  deleteAnother: {
    aim: 'delete',
    tries: 'deletes another’s upload by its id, with and without a token of its own',
    meets: '404; 403 with the token of another upload',
  },
  urlAsDelete: {
    aim: 'delete',
    tries: 'uses signed PUT and GET URLs to delete objects, or to abort uploads',
    meets: '403 from the store',
  },
  companionAbort: {
    aim: 'delete',
    tries: 'aborts another’s upload by Companion’s contract',
    meets: '403 or 404',
  },
  tooLarge: {
    aim: 'widen',
    tries: 'declares more than allowed, or less than it then sends',
    meets: '413; 403 from the store, for the length is signed',
  },
  partsBeyond: {
    aim: 'widen',
    tries: 'asks for parts beyond the plan, twice the same, or ten thousand at once',
    meets: '400',
  },
  fewerParts: {
    aim: 'widen',
    tries: 'completes an upload of which parts are missing, or names parts that are not there',
    meets: '422, and no object',
  },
  otherType: {
    aim: 'widen',
    tries: 'declares a type that is not allowed',
    meets: '415, or 400 if it is not a media type',
  },
  forgedUploadToken: {
    aim: 'widen',
    tries: 'edits an upload token, signs one with `none`, an empty or a guessed key or as its JWT',
    meets: '401',
  },
  forgedJwt: {
    aim: 'widen',
    tries: 'edits the claims of its JWT, or signs in with an upload token',
    meets: '401',
  },
  headerNobodySigned: {
    aim: 'widen',
    tries:
      'adds to a signed request one header that nobody signed: an ACL, a grant, tags, metadata, Cache-Control, Content-Disposition, encryption, …',
    meets: 'a refusal of the store, or an object that is as it would have been without',
  },
  fieldNobodyNamed: {
    aim: 'widen',
    tries: 'adds a field to a form that its policy does not name',
    meets: 'AccessDenied from the store',
  },
  longerLife: {
    aim: 'widen',
    tries: 'edits the expiry, the signed headers or the query of a signed URL',
    meets: '403 from the store',
  },
  otherForm: {
    aim: 'widen',
    tries: 'changes key, token or policy of a form, or sends more bytes with it',
    meets: 'a refusal, of the store or of the Worker',
  },
  otherHost: {
    aim: 'widen',
    tries: 'sends X-Forwarded-Host and the like, so that URLs be signed for another host',
    meets: 'URLs for the store',
  },
  foreignPage: {
    aim: 'widen',
    tries: 'calls from a page of an origin that is not on the list',
    meets: '403, and no Access-Control-Allow-Origin',
  },
  manyAtOnce: {
    aim: 'widen',
    tries: 'creates fifty files at once under a limit on bytes, on files or on open uploads',
    meets:
      '403 or 429 for all but those that fit; exactly with the Durable Object, without it within one isolate of the Worker',
  },
  oneIdManyNames: {
    aim: 'widen',
    tries: 'stores files of several names under the one id that its token allows, also at once',
    meets: '409 for all names but one; exactly with the Durable Object, as above without it',
  },
  cancelledAndSent: {
    aim: 'widen',
    tries:
      'cancels or removes files to get its quota back, and then sends them by the URLs that it kept',
    meets: '403 for new files until those URLs have ended',
  },
  ownerRounded: {
    aim: 'read',
    tries:
      'signs in by a number that JSON rounds to another person’s, or by text that UTF-8 cannot carry',
    meets: '401, with the reason',
  },
  plantedIdentity: {
    aim: 'read',
    tries:
      'plants an anonymous identity of its own making in a browser, to list what is uploaded there',
    meets: 'an empty list: identities are signed, and the cookie is __Host- over https',
  },
  ownerByHash: {
    aim: 'enumerate',
    tries: 'compares public links and the caller’s mark with hashes of names that it guesses',
    meets: 'keyed values; 401 for a link that it makes itself',
  },
  typeInDisguise: {
    aim: 'widen',
    tries: 'gives a page an allowed extension, or a script’s name an allowed type',
    meets: '415: extension and type both have to be allowed',
  },
  cookieOnAnyOrigin: {
    aim: 'widen',
    tries: 'calls with somebody’s cookie where pages of any origin may call',
    meets: '401: cookies are never honoured then',
  },
  afterAbort: {
    aim: 'replay',
    tries: 'uses part URLs, upload token and Complete of an upload that it has aborted',
    meets: '404 from the store; 409, 410 or 422',
  },
  afterComplete: {
    aim: 'replay',
    tries: 'sends a part and Complete again after the end',
    meets: 'the same answer, and the same object',
  },
  expiredUrl: {
    aim: 'replay',
    tries: 'uses a signed URL after its time',
    meets: '403 from the store',
  },
  expiredToken: {
    aim: 'replay',
    tries: 'uses an upload token after its time',
    meets: '410',
  },
  keptOpen: {
    aim: 'replay',
    tries: 'signs parts again and again, and sends none, to keep an upload open',
    meets: '410 at the age that UPLOAD_MAX_AGE or its claim sets; until then it counts as open',
  },
  createAgain: {
    aim: 'replay',
    tries: 'sends a Create again with another name, size or type under the same id',
    meets: '409',
  },
  guessedIds: {
    aim: 'enumerate',
    tries: 'compares the answers for an id that exists and one that does not',
    meets: 'the same answer, to the byte',
  },
  oddPaths: {
    aim: 'enumerate',
    tries: 'asks for paths with dots, slashes, line feeds and ten kilobytes in place of an id',
    meets: '404, 400, or 401 without a token',
  },
  leakyErrors: {
    aim: 'enumerate',
    tries: 'provokes errors of every kind and reads them for secrets',
    meets: 'problems without key, secret, token, signature or stack',
  },
} as const satisfies Readonly<Record<string, Try>>;

export type TryName = keyof typeof TRIES;
