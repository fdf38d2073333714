/** What a row needs to know about the fields for name and metadata. */
import type { TemplateResult } from 'lit';
import type { MetadataField } from '../../../control/metadata-field.ts';
import type { Edits, UploadSnapshot } from '../../../core/index.ts';
import type { Localizer } from '../../../i18n/localizer.ts';

/** Draws the form in the row of an upload. */
export type EditForm = (
  upload: UploadSnapshot,
  editing: RowEditing,
  localizer: Localizer,
) => TemplateResult;

/** What a row shows of editing. Another object whenever anything in it changes. */
export interface RowEditing {
  readonly isMissing: boolean;
  /** Undefined while the form is closed or loading. */
  readonly form: EditForm | undefined;
  readonly hasName: boolean;
  readonly fields: readonly MetadataField[];
  readonly save: (edits: Edits) => void;
  readonly close: () => void;
}

/** True if a required field is empty. */
export function lacksDetails(
  { metadata = {} }: Pick<UploadSnapshot, 'metadata'>,
  fields: readonly MetadataField[],
): boolean {
  return fields.some(({ name, required }) => required && !metadata[name]);
}
