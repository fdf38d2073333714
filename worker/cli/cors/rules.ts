/** Which CORS rules a bucket needs for uploads, and whether it has them. */

/** One rule, in the format of S3's JSON. Names of headers have any case. */
export interface CorsRule {
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders: readonly string[];
  readonly ExposeHeaders: readonly string[];
  readonly MaxAgeSeconds?: number;
}

/** What pages need to send files to a store. */
export interface Needed {
  readonly methods: readonly string[];
  /** Lower-case names of the headers that are sent with a part. */
  readonly headers: readonly string[];
}

/** Parts are sent by PUT, small files on some stores by form POST. */
const METHODS: readonly string[] = ['PUT', 'POST'];
/** The element takes a part's ETag from the answer. */
const EXPOSED: readonly string[] = ['ETag'];
/** The longest time that any browser keeps a preflight (Chromium): https://fetch.spec.whatwg.org/#cors-preflight-cache */
const MAX_AGE_SECONDS = 7200;

/**
 * The rule for these origins. It allows every header, because they are bound by signatures, and because
 * which of them a part has depends on its checksum.
 */
export function ruleFor(
  origins: readonly string[],
  { methods, exposed }: Inherited = { methods: [], exposed: [] },
): CorsRule {
  return {
    AllowedOrigins: origins,
    AllowedMethods: [...new Set([...METHODS, ...methods])],
    AllowedHeaders: ['*'],
    ExposeHeaders: [...EXPOSED, ...exposed.filter((name) => !isEqual(name, 'ETag'))],
    MaxAgeSeconds: MAX_AGE_SECONDS,
  };
}

/**
 * The rules to add for those of the origins that `rules` do not let upload; none if all may. A new rule
 * stands before the rules that exist, because stores use the first one that fits. Ceph goes by the
 * origin alone, so the new rule also allows what that origin could do before.
 */
export function missingRules(
  rules: readonly CorsRule[],
  origins: readonly string[],
  { methods, headers }: Needed,
): readonly CorsRule[] {
  const groups = new Map<string, { readonly inherited: Inherited; readonly origins: string[] }>();
  for (const origin of origins) {
    if (methods.every((method) => isAllowed(rules, origin, method, headers))) continue;
    const inherited = inheritedBy(rules, origin);
    const group = groups.get(JSON.stringify(inherited)) ?? { inherited, origins: [] };
    group.origins.push(origin);
    groups.set(JSON.stringify(inherited), group);
  }
  return [...groups.values()].map((group) => ruleFor(group.origins, group.inherited));
}

/**
 * Where a new rule for these origins goes: before the first rule that they share with it. A rule for
 * `*` stands below the rules of single origins, which would otherwise lose them.
 */
export function placeOf(rules: readonly CorsRule[], origins: readonly string[]): number {
  if (!origins.includes('*')) return 0;
  const place = rules.findIndex((rule) => fitsOrigin(rule, '*'));
  return place < 0 ? rules.length : place;
}

/** What an origin may do by the rules that exist. */
interface Inherited {
  readonly methods: readonly string[];
  readonly exposed: readonly string[];
}

function inheritedBy(rules: readonly CorsRule[], origin: string): Inherited {
  const own = rules.filter((rule) => fitsOrigin(rule, origin));
  return {
    methods: [...new Set(own.flatMap((rule) => rule.AllowedMethods))].sort(),
    exposed: [...new Set(own.flatMap((rule) => rule.ExposeHeaders))].sort(),
  };
}

/**
 * Whether a store that uses the first rule for the origin lets it send files. Amazon also compares the
 * method and the headers; a rule that passes here is the first one by that, too.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 */
function isAllowed(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  headers: readonly string[],
): boolean {
  const rule = rules.find((one) => fitsOrigin(one, origin));
  if (rule === undefined) return false;
  const allowsHeaders = headers.every((header) =>
    rule.AllowedHeaders.some((pattern) => isMatch(pattern.toLowerCase(), header)),
  );
  const exposes = rule.ExposeHeaders.some((name) => isEqual(name, 'ETag') || name === '*');
  return rule.AllowedMethods.includes(method) && allowsHeaders && exposes;
}

function fitsOrigin(rule: CorsRule, origin: string): boolean {
  return rule.AllowedOrigins.some((pattern) =>
    origin === '*' ? pattern === '*' : isMatch(pattern, origin),
  );
}

/** A pattern may contain one `*`, for any text. */
function isMatch(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === text;
  const isLongEnough = text.length >= before.length + after.length;
  return isLongEnough && text.startsWith(before) && text.endsWith(after);
}

function isEqual(header: string, other: string): boolean {
  return header.toLowerCase() === other.toLowerCase();
}
