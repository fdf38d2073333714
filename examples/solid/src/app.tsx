import { createSignal } from 'solid-js';
import 's3-upload-element';
import 's3-upload-element/solid';

const endpoint = import.meta.env.VITE_UPLOAD_ENDPOINT;

export function App() {
  return (
    <>
      <Uncontrolled />
      <Controlled />
    </>
  );
}

/** The form knows the value, as with any other control. */
function Uncontrolled() {
  const [sent, setSent] = createSignal(0);
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    setSent(new FormData(event.currentTarget).getAll('files').length);
  };
  return (
    <form id="uncontrolled" onSubmit={submit}>
      <s3-upload endpoint={endpoint} name="files" label="Files" multiple max-size="1 GB" />
      <button>Send</button>
      <output>{sent()}</output>
    </form>
  );
}

/** The component knows the value, and may change it. */
function Controlled() {
  const [value, setValue] = createSignal<readonly string[]>([]);
  const [name, setName] = createSignal('');
  return (
    <section id="controlled">
      <s3-upload
        endpoint={endpoint}
        label="Pictures"
        multiple
        prop:value={value()}
        on:input={({ currentTarget }) => setValue(currentTarget.value)}
        on:upload-done={({ upload }) => setName(upload.name)}
      />
      <button type="button" onClick={() => setValue([])}>
        Clear
      </button>
      <output>
        {value().length} {name()}
      </output>
    </section>
  );
}
