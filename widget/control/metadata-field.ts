/** A field for metadata of each file, which the user may fill in. */
export interface MetadataField {
  /** Name of the metadata, one of those in the Worker's setting `METADATA`. */
  readonly name: string;
  /** What the field is called, in the page's language. */
  readonly label: string;
  /** The upload is not started without it. */
  readonly required?: boolean;
  /** Most characters of the text. @default 256 */
  readonly maxLength?: number;
  /** A regular expression that the whole text has to match, as in `<input pattern>`. */
  readonly pattern?: string;
  /** A choice of texts in the place of a field for any text. */
  readonly options?: readonly string[];
}
