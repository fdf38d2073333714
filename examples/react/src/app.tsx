import { useState, type FormEvent } from 'react';
import 's3-upload-element';
import 's3-upload-element/react';

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
  const [sent, setSent] = useState<string[]>([]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSent(new FormData(event.currentTarget).getAll('files').map(String));
  };
  return (
    <form id="uncontrolled" onSubmit={submit}>
      <s3-upload endpoint={endpoint} name="files" label="Files" multiple maxSize="1 GB" />
      <button>Send</button>
      <output>{sent.length}</output>
    </form>
  );
}

/** The component knows the value, and may change it. */
function Controlled() {
  const [value, setValue] = useState<readonly string[]>([]);
  const [name, setName] = useState('');
  return (
    <section id="controlled">
      <s3-upload
        endpoint={endpoint}
        label="Pictures"
        multiple
        value={value}
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
        onupload-done={({ upload }) => setName(upload.name)}
      />
      <button type="button" onClick={() => setValue([])}>
        Clear
      </button>
      <output>
        {value.length} {name}
      </output>
    </section>
  );
}
