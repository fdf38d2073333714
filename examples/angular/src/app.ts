import { Component, CUSTOM_ELEMENTS_SCHEMA, signal } from '@angular/core';
import 's3-upload-element';
import type { S3UploadElement, UploadDoneEvent } from 's3-upload-element';

@Component({
  selector: 'app-root',
  // Angular must not look for a component of this name.
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <!-- The form knows the value, as with any other control. -->
    <form id="uncontrolled" (submit)="submit($event)">
      <s3-upload [endpoint]="endpoint" name="files" label="Files" multiple max-size="1 GB" />
      <button>Send</button>
      <output>{{ sent() }}</output>
    </form>

    <!-- The component knows the value, and may change it. -->
    <section id="controlled">
      <s3-upload
        [endpoint]="endpoint"
        label="Pictures"
        multiple
        [value]="value()"
        (input)="take($event)"
        (upload-done)="name.set(nameOf($event))"
      />
      <button type="button" (click)="value.set([])">Clear</button>
      <output>{{ value().length }} {{ name() }}</output>
    </section>
  `,
})
export class App {
  readonly endpoint: string = import.meta.env.VITE_UPLOAD_ENDPOINT;
  readonly sent = signal(0);
  readonly value = signal<readonly string[]>([]);
  readonly name = signal('');

  submit(event: Event): void {
    event.preventDefault();
    this.sent.set(new FormData(event.currentTarget as HTMLFormElement).getAll('files').length);
  }

  take({ currentTarget }: Event): void {
    this.value.set((currentTarget as S3UploadElement).value);
  }

  nameOf(event: Event): string {
    return (event as UploadDoneEvent).upload.name;
  }
}
