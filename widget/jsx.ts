/** Types of `<s3-upload>` for frameworks whose templates are checked. Types alone: nothing to load. */
import type { ConfiguredControl } from './configured.ts';
import type { UploadEventMap } from './core/events.ts';
import type { FormControl } from './form-control.ts';
import type { S3UploadElement } from './s3-upload.ts';

/** Everything that a page can set on the element. */
type Settings = Partial<Omit<ConfiguredControl, keyof FormControl>>;

/** `maxSize` as `max-size`. */
type Kebab<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? '' : '-'}${Lowercase<Head>}${Kebab<Tail>}`
  : Name;

/** What can be written down: no function, no object. */
type Written = string | number | boolean | undefined;

type Attributes = {
  [Name in keyof Settings as Settings[Name] extends Written ? Kebab<Name> : never]?:
    | Settings[Name]
    | string;
};

type Listeners = {
  [Type in keyof UploadEventMap as `on${Type}`]?: (event: UploadEventMap[Type]) => void;
};

/**
 * What `<s3-upload>` takes in JSX beside what every element takes: its properties (`maxSize`), its
 * attributes (`max-size`, also as text with a unit), its events (`onupload-done`), and an engine of
 * the page's own.
 *
 * @example
 * declare module 'react' {
 *   namespace JSX {
 *     interface IntrinsicElements {
 *       's3-upload': DetailedHTMLProps<HTMLAttributes<S3UploadElement>, S3UploadElement> & S3UploadProps;
 *     }
 *   }
 * }
 */
export type S3UploadProps = Settings &
  Attributes &
  Listeners &
  Partial<Pick<S3UploadElement, 'uploader' | 'value'>>;

export type { S3UploadElement };
