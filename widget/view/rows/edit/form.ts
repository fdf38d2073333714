/** The form in a row, loaded with its look when the first one is opened. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MetadataField } from '../../../control/metadata-field.ts';
import type { UploadSnapshot } from '../../../core/index.ts';
import type { Localizer } from '../../../i18n/localizer.ts';
import type { RowEditing } from './fields.ts';

export { formStyles } from './styles.ts';

/** Longest text of a field for metadata: S3 takes 2 KB of it in all. */
const MOST_CHARACTERS = 256;
/** Longest name; with its extension it has to fit into 255 bytes of a key's segment. */
const MOST_NAME_CHARACTERS = 200;

/** Fields for the name, without its extension, and for metadata. The browser validates them. */
export function editForm(
  upload: UploadSnapshot,
  { hasName, fields, save, close }: RowEditing,
  localizer: Localizer,
): TemplateResult {
  const { name, metadata = {} } = upload;
  const [, stem = name, extension = ''] = /^(.+)(\.[^.]+)$/s.exec(name) ?? [];
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const given = fields.map(({ name }) => [name, textOf(data, `field-${name}`)] as const);
    save({
      ...(hasName && { name: textOf(data, 'file-name') + extension }),
      metadata: Object.fromEntries(given.filter(([, text]) => text !== '')),
    });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  // What is typed here is not the value of the control.
  return html`<form
    part="edit-form"
    class="edit"
    @submit=${onSubmit}
    @keydown=${onKey}
    @input=${stop}
    @change=${stop}
  >
    ${
      hasName
        ? html`<label class="stem-field"
            >${localizer.text('fileName')}
            <span dir="auto"
              ><input
                name="file-name"
                dir="auto"
                .value=${stem}
                required
                pattern="[^\\/]*[^\\/\\s.][^\\/]*"
                maxlength=${MOST_NAME_CHARACTERS}
              />${extension}</span
            ></label
          >`
        : nothing
    }
    ${fields.map((field) => fieldView(field, metadata[field.name] ?? ''))}
    <button type="submit" class="act text">${localizer.text('save')}</button>
  </form>`;
}

function fieldView(
  { name, label, required = false, maxLength = MOST_CHARACTERS, pattern, options }: MetadataField,
  value: string,
): TemplateResult {
  const id = `field-${name}`;
  return html`<label
    >${label}
    ${
      options
        ? html`<select name=${id} ?required=${required}>
            <option></option>
            ${options.map((one) => html`<option ?selected=${one === value}>${one}</option>`)}
          </select>`
        : html`<input
            name=${id}
            dir="auto"
            .value=${value}
            ?required=${required}
            maxlength=${maxLength}
            pattern=${pattern ?? nothing}
          />`
    }</label
  >`;
}

function textOf(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim();
}

function stop(event: Event): void {
  event.stopPropagation();
}
