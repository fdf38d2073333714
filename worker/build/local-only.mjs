// The build command of the environment `local` in wrangler.toml. That environment lets anyone upload
// and its secrets are public, so it is for this machine only: any other command than `dev` is refused.
// wrangler names its command in WRANGLER_COMMAND. Plain JavaScript, because wrangler may run it with a
// Node that does not strip types.
import process from 'node:process';

const command = process.env['WRANGLER_COMMAND'];
if (command !== undefined && command !== 'dev') {
  process.stderr.write(
    'The environment "local" cannot be deployed: it lets anyone upload, and its secrets are public.\n' +
      'Deploy with `npm run deploy`, which uses the settings under [vars].\n',
  );
  process.exit(1);
}
