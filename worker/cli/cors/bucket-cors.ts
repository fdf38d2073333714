/** Reads and writes the CORS rules of a bucket. */
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import type { Control } from '../../s3/requests/control.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import { unreadable } from '../../s3/requests/faults.ts';
import { escapeXml } from '../../s3/requests/xml.ts';
import { putRules } from '../bucket.ts';
import type { CorsRule } from './rules.ts';

/** A rule that the bucket has. It is written back as it came, with whatever else it contains. */
export interface StoredRule extends CorsRule {
  /** The rule's element, in XML. */
  readonly source: string;
}

/**
 * The bucket's rules, in their order; none if it has none.
 *
 * @throws StoreError `unsupported` if the store has no CORS rules for buckets.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
 */
export async function getBucketCors(control: Control): Promise<readonly StoredRule[]> {
  const operation = 'GetBucketCors';
  try {
    return await control({
      operation,
      method: 'GET',
      key: null,
      query: { cors: '' },
      idempotent: true,
      read: ({ body }) => {
        const rules = body === undefined ? undefined : readRules(body);
        return rules === undefined ? unreadable(operation) : { result: rules };
      },
    });
  } catch (error) {
    if (isStoreError(error) && error.code === 'NoSuchCORSConfiguration') return [];
    throw error;
  }
}

/**
 * Replaces the bucket's rules.
 *
 * @throws StoreError `unsupported` if the store has no CORS rules for buckets.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
 */
export function putBucketCors(
  control: Control,
  rules: readonly (CorsRule | StoredRule)[],
): Promise<void> {
  const elements = rules.map((rule) => ('source' in rule ? rule.source : writeRule(rule)));
  return putRules(control, 'PutBucketCors', 'cors', 'CORSConfiguration', elements);
}

function readRules(body: string): readonly StoredRule[] | undefined {
  // As the parser does itself, so that its offsets fit.
  const text = body.trim().replaceAll(/\r\n?/g, '\n');
  try {
    const { root } = parseXml(text, { includeOffsets: true });
    if (root?.name !== 'CORSConfiguration') return undefined;
    return root.children.flatMap((child) =>
      child instanceof XmlElement && child.name === 'CORSRule'
        ? [readRule(child, text.slice(child.start, child.end))]
        : [],
    );
  } catch {
    return undefined;
  }
}

function readRule(rule: XmlElement, source: string): StoredRule {
  const texts = (name: string): string[] =>
    rule.children.flatMap((child) =>
      child instanceof XmlElement && child.name === name ? [child.text.trim()] : [],
    );
  return {
    source,
    AllowedOrigins: texts('AllowedOrigin'),
    AllowedMethods: texts('AllowedMethod'),
    AllowedHeaders: texts('AllowedHeader'),
    ExposeHeaders: texts('ExposeHeader'),
  };
}

function writeRule(rule: CorsRule): string {
  const { AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders, MaxAgeSeconds } = rule;
  return [
    '<CORSRule>',
    ...AllowedOrigins.map((origin) => elementOf('AllowedOrigin', origin)),
    ...AllowedMethods.map((method) => elementOf('AllowedMethod', method)),
    ...AllowedHeaders.map((header) => elementOf('AllowedHeader', header)),
    ...ExposeHeaders.map((header) => elementOf('ExposeHeader', header)),
    ...(MaxAgeSeconds === undefined ? [] : [elementOf('MaxAgeSeconds', String(MaxAgeSeconds))]),
    '</CORSRule>',
  ].join('');
}

function elementOf(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}
