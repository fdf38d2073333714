import { Uploads } from './uploads';

/** Drawn on the server, with the tag of the element and its attributes. */
export default function Page() {
  return (
    <main>
      <h1>Uploads</h1>
      <Uploads />
    </main>
  );
}
