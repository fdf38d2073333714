/**
 * The files of a new project. Its Worker is the package itself, so that npm upgrades it, and a project
 * has no code of its own.
 */

/** What the files name. */
export interface Project {
  /** Name of the project and of its Worker. */
  readonly name: string;
  /** Ranges of versions by package, as in package.json. */
  readonly versions: {
    readonly 's3-upload-element': string;
    readonly hono: string;
    readonly wrangler: string;
  };
}

const PACKAGE = 'node_modules/s3-upload-element';

/** Texts by the names of their files. */
export function projectFiles(project: Project): Readonly<Record<string, string>> {
  return {
    'package.json': manifest(project),
    'wrangler.toml': configuration(project),
    '.dev.vars.example': DEV_VARS,
    '.gitignore': GIT_IGNORE,
  };
}

function manifest({ name, versions: { wrangler, ...dependencies } }: Project): string {
  const fields = {
    name,
    private: true,
    type: 'module',
    scripts: {
      // Runs doctor's checks beside the first request.
      dev: `wrangler dev ${PACKAGE}/dist/worker/cli/development/worker.js`,
      setup: 's3-upload setup',
      doctor: 's3-upload doctor',
      deploy: 'wrangler deploy --env=""',
    },
    dependencies,
    devDependencies: { wrangler },
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

function configuration({ name }: Project): string {
  return `name = "${name}"
main = "${PACKAGE}/dist/worker/index.js"
compatibility_date = "2026-11-01"
minify = true
keep_names = false

# What is not set below has a default: ${PACKAGE}/README.md links to the table of settings.
# Secrets do not belong here: .dev.vars has them on this machine, and \`npm run setup\` gives them to the
# deployed Worker. \`npm run doctor\` says what is missing or wrong.
[vars]
# Who may upload: "jwt" for tokens that your backend or your identity provider signs.
AUTH = "jwt"
# Origins of the pages that may call the Worker, in addition to its own.
ALLOWED_ORIGINS = ""
S3_ENDPOINT = ""
S3_BUCKET = ""
# Needed for stores of your own: minio, ceph, swift, garage.
S3_PROFILE = ""

# The list of uploads. \`wrangler deploy\` makes the namespace where there is none.
[[kv_namespaces]]
binding = "UPLOADS"

# The element's files and a page that shows it. Everything else goes to the Worker.
[assets]
directory = "${PACKAGE}/dist/page"

# Ends uploads that have expired, and sends webhooks that have not been delivered.
[triggers]
crons = ["*/15 * * * *"]

# Requests of one caller in a minute; a batch counts as many as it has files.
[[ratelimits]]
name = "RATE_LIMIT"
namespace_id = "1001"
simple = { limit = 6000, period = 60 }

# Limits over all uploads of an owner (MAX_TOTAL_BYTES, MAX_OPEN_UPLOADS, claims) hold exactly, also
# under parallel requests, once these lines are in use: one Durable Object for each owner counts.
# [[durable_objects.bindings]]
# name = "LIMITS"
# class_name = "OwnerLimits"
#
# [[migrations]]
# tag = "owner-limits-1"
# new_sqlite_classes = ["OwnerLimits"]

[observability]
enabled = true
`;
}

const DEV_VARS = `# Copy this file to .dev.vars, which git ignores, and fill it in. \`npm run dev\`, \`npm run setup\` and
# \`npm run doctor\` read it. On this machine, it takes precedence over [vars] in wrangler.toml.

# A key that may put, read and delete objects in the bucket.
S3_ACCESS_KEY_ID=
S3_SECRET_ACCESS_KEY=

# For this machine: \`openssl rand -hex 32\` makes one. The deployed Worker gets another one.
TOKEN_SECRET=

# Anyone may upload from the page that \`npm run dev\` serves on this machine.
AUTH=anonymous
ALLOWED_ORIGINS=http://localhost:8787

# For the deployed Worker, with AUTH = "jwt": the secret with which your backend signs tokens.
JWT_SECRET=
`;

const GIT_IGNORE = `node_modules/
.wrangler/
.dev.vars
.dev.vars.*
!.dev.vars.example
`;
