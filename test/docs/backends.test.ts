/** The server code of docs/guides/form.md, in each language, against a Worker and its webhooks. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { missing, type Tool } from '../tools.ts';
import { JWT_SECRET, startLab, type Lab } from '../worker/harness.ts';
import { onEveryStore } from '../worker/s3/stores.ts';
import { random } from '../worker/s3/uploads.ts';
import { snippets } from './snippets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUIDE = 'docs/guides/form.md';
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

interface Language {
  /** Files beside the snippet, by their name. Each reads what to do from its arguments. */
  readonly files: (code: string) => Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly needs?: readonly Tool[];
}

/** Prints what a function returns, or `refused: ` and the reason. Webhooks come as an argument in JSON. */
const LANGUAGES: Readonly<Record<string, Language>> = {
  ts: {
    command: ['node', 'main.ts'],
    files: (code) => ({
      'server.ts': code,
      'main.ts': `import { finishedUpload, uploadToken, webhookEvent } from './server.ts';
const [, , what, first, second] = process.argv;
try {
  if (what === 'token') console.log(await uploadToken(first));
  if (what === 'upload') console.log((await finishedUpload(first, second)).key);
  if (what === 'webhook') console.log(webhookEvent(JSON.parse(first), second).data.key);
} catch (error) { console.log('refused: ' + error.message); }
`,
    }),
  },
  python: {
    command: ['python3', 'main.py'],
    needs: ['python'],
    files: (code) => ({
      'server.py': code,
      'main.py': `import json, sys
from server import finished_upload, upload_token, webhook_event
what, first, *rest = sys.argv[1:]
try:
    if what == "token": print(upload_token(first))
    if what == "upload": print(finished_upload(first, rest[0])["key"])
    if what == "webhook": print(webhook_event(json.loads(first), rest[0].encode())["data"]["key"])
except ValueError as error:
    print(f"refused: {error}")
`,
    }),
  },
  ruby: {
    command: ['ruby', 'main.rb'],
    needs: ['ruby'],
    files: (code) => ({
      'server.rb': code,
      'main.rb': `require_relative "server"
what, first, second = ARGV
begin
  puts Uploads.upload_token(first) if what == "token"
  puts Uploads.finished_upload(first, second)["key"] if what == "upload"
  puts Uploads.webhook_event(JSON.parse(first), second)["data"]["key"] if what == "webhook"
rescue ArgumentError => error
  puts "refused: #{error.message}"
end
`,
    }),
  },
  php: {
    command: ['php', 'main.php'],
    needs: ['php'],
    files: (code) => ({
      'server.php': code,
      'main.php': `<?php
require __DIR__ . '/server.php';
[, $what, $first] = $argv;
try {
    if ($what === 'token') echo upload_token($first);
    if ($what === 'upload') echo finished_upload($first, $argv[3])['key'];
    if ($what === 'webhook') echo webhook_event(json_decode($first, true), $argv[3])['data']['key'];
} catch (InvalidArgumentException $error) {
    echo 'refused: ' . $error->getMessage();
}
`,
    }),
  },
  go: {
    command: ['go', 'run', '.'],
    needs: ['go'],
    files: (code) => ({
      'go.mod': 'module example.com/app\n\ngo 1.21\n',
      'uploads/server.go': code,
      'main.go': `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"example.com/app/uploads"
)

func main() {
	what, first := os.Args[1], os.Args[2]
	switch what {
	case "token":
		fmt.Println(uploads.UploadToken(first))
	case "upload":
		file, err := uploads.FinishedUpload(first, os.Args[3])
		if err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println(file.Key)
		}
	case "webhook":
		var named map[string]string
		header := http.Header{}
		if err := json.Unmarshal([]byte(first), &named); err != nil {
			panic(err)
		}
		for name, value := range named {
			header.Set(name, value)
		}
		event, err := uploads.WebhookEvent(header, []byte(os.Args[3]))
		if err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println(event.Data.Key)
		}
	}
}
`,
    }),
  },
};

onEveryStore(
  `the server code of ${GUIDE}`,
  ({ name }) => name === 'r2-local',
  (running) => {
    let lab: Lab;
    let url: string;
    before(async () => {
      lab = await startLab(running());
      url = new URL((await lab.fetch('/health')).url).origin;
    });
    after(() => lab.stop());

    for (const [language, { files, command, needs = [] }] of Object.entries(LANGUAGES)) {
      describe(`in ${language}`, { skip: missing(...needs) }, () => {
        let folder: string;
        before(async () => {
          const [snippet, ...others] = snippets(language, GUIDE);
          assert.ok(snippet);
          assert.equal(others.length, 0);
          // In a folder of this repository, where its packages are found.
          await mkdir(join(ROOT, 'dist'), { recursive: true });
          folder = await mkdtemp(join(ROOT, `dist/backend-${language}-`));
          for (const [name, text] of Object.entries(files(snippet.code))) {
            await mkdir(dirname(join(folder, name)), { recursive: true });
            await writeFile(join(folder, name), text);
          }
        });
        after(() => rm(folder, { recursive: true, force: true }));

        const run = (...args: readonly string[]): Promise<string> =>
          new Promise((resolve, reject) => {
            const [program = '', ...first] = command;
            const env = {
              ...process.env,
              UPLOADS_URL: url,
              JWT_SECRET,
              WEBHOOK_SECRET: SECRET,
              GOFLAGS: '-mod=mod',
            };
            execFile(program, [...first, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
              error ? reject(new Error(`${stdout}${stderr}`)) : resolve(stdout.trim()),
            );
          });

        it('makes a token with which its user uploads, and nobody else’s upload is found', async () => {
          const token = await run('token', 'alice');
          const answer = await fetch(`${url}/uploads`, {
            headers: { authorization: `Bearer ${token}` },
          });
          assert.equal(answer.status, 200, await answer.text());
          const { upload } = await (await lab.as('alice')).upload(random(10));
          assert.equal(await run('upload', upload.id, 'alice'), upload.key);
          assert.match(await run('upload', upload.id, 'bob'), /^refused: you have no upload/i);
          assert.match(await run('upload', randomUUID(), 'alice'), /^refused: you have no upload/i);
        });

        it('accepts no upload that is not complete', async () => {
          const open = await (await lab.as('alice')).create({ bytes: 10 });
          assert.match(
            await run('upload', open.id, 'alice'),
            /^refused: .*not complete, but open/i,
          );
        });

        it('takes a webhook that was signed with its secret, and none that is old or was changed', async () => {
          const signed = (at: Date, text = BODY): readonly [string, string] => [
            JSON.stringify({
              'webhook-id': 'msg_1',
              'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
              // Two secrets, as during a rotation.
              'webhook-signature': `v1,AAAA ${new Webhook(SECRET).sign('msg_1', at, text)}`,
            }),
            BODY,
          ];
          assert.equal(await run('webhook', ...signed(new Date())), 'alice/1/film.mp4');
          const old = new Date(Date.now() - 3_600_000);
          assert.match(await run('webhook', ...signed(old)), /^refused: .*old/i);
          const changed = signed(new Date(), BODY.replace('alice', 'mallory'));
          assert.match(await run('webhook', ...changed), /^refused: .*(signature|matching)/i);
        });
      });
    }
  },
);

const BODY = JSON.stringify({
  type: 'upload.completed',
  timestamp: '2026-11-26T12:00:00.000Z',
  data: { id: '0190b8d2-7c3a-7000-8000-000000000000', owner: 'alice', key: 'alice/1/film.mp4' },
});
