/** Types of `<s3-upload>` and its pieces for frameworks that check templates. There is nothing to load. */
import type { FormElement } from './control/form-element.ts';
import type { SettingsElement } from './control/settings-element.ts';
import type { UploadEventMap, UploaderLike } from './core/index.ts';
import type { Value } from './control/value.ts';
import type { S3UploadButtonElement } from './pieces/button.ts';
import type { S3UploadListElement } from './pieces/list.ts';
import type { S3UploadZoneElement } from './pieces/zone.ts';
import type { S3UploadElement } from './s3-upload.ts';

/** Everything that a page can set on the element. */
type Settings = Omit<SettingsElement, keyof FormElement | 'isDisabled' | 'isMany'>;

type ButtonSettings = Pick<
  S3UploadButtonElement,
  'for' | 'label' | 'accept' | 'capture' | 'multiple' | 'directory' | 'disabled' | 'messages'
>;

type ZoneSettings = ButtonSettings & Pick<S3UploadZoneElement, 'pageWide' | 'noPaste'>;

/** What a property takes: also the text of its attribute, and `null` for its default. */
type Properties<Settings> = {
  [Name in keyof Settings]?:
    | Settings[Name]
    | (number extends Settings[Name] ? string : never)
    | (boolean extends Settings[Name] ? '' : never)
    | null;
};

/** `maxSize` as `max-size`. */
type Kebab<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? '' : '-'}${Lowercase<Head>}${Kebab<Tail>}`
  : Name;

/** What an attribute can hold: no function and no object. */
type AttributeValue = string | number | boolean | undefined;

type Attributes<Settings> = {
  [
    Name in keyof Settings & string as Settings[Name] extends AttributeValue ? Kebab<Name> : never
  ]?: Settings[Name] | string | null;
};

type Listeners = {
  [Type in keyof UploadEventMap as `on${Type}`]?: (event: UploadEventMap[Type]) => void;
};

/**
 * What `<s3-upload>` accepts in JSX besides what every element accepts: its properties (`maxSize`),
 * its attributes (`max-size`, also as text with a unit), its events (`onupload-done`), and an uploader
 * of the page's own.
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
export type S3UploadProps = Properties<Settings> &
  Attributes<Settings> &
  Listeners & {
    /** The id of a form elsewhere on the page. */
    readonly form?: string | null;
    readonly uploader?: UploaderLike | null;
    readonly value?: Value;
  };

/** The same for `<s3-upload-list>`. */
export type S3UploadListProps = S3UploadProps & Properties<Pick<S3UploadListElement, 'for'>>;

/** The same for `<s3-upload-button>`, which has no events of its own. */
export type S3UploadButtonProps = Linked<ButtonSettings>;

/** The same for `<s3-upload-zone>`, which has no events of its own. */
export type S3UploadZoneProps = Linked<ZoneSettings>;

type Linked<Settings> = Properties<Settings> &
  Attributes<Settings> & { readonly uploader?: UploaderLike | null };

export type { S3UploadButtonElement, S3UploadElement, S3UploadListElement, S3UploadZoneElement };
