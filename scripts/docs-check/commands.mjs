// @ts-check
/**
 * Every command of the docs, and how it is known to work. One that is not in this table fails, and so does a row that no page
 * has any more.
 *
 * - `live`: it is run, by the test of this name in live.test.mjs.
 * - `step`: a step of `npm test` runs the same. `by` stands in the step and in the npm script (or in the command), which is
 *   what "the same" means here.
 * - `reader`: it is for the reader's own server or takes minutes, and why. What it names (scripts, files, steps, flags) is
 *   looked at all the same.
 */

/**
 * @typedef {{ live: string } | { step: string, by: string } | { reader: string, flags?: string }} Way
 *   `flags` is the file in which the command's own flags are looked for
 */

const PROCESS = 'starts what runs until Ctrl-C; its own step starts and ends it many times';
const RELEASE = 'the step package makes the same zip of what is built, and checks it and its licences';
const DOCKER = 'needs Docker; the files that it reads are checked in scripts/demo/compose.test.mjs';

/** @type {ReadonlyMap<string, Way>} */
export const COMMANDS = new Map(
  /** @type {[string, Way][]} */ ([
    ['npm run demo', { live: 'the demo' }],
    ['npm run demo -- --workbench', { live: 'the demo' }],
    ['npm test', { live: 'the steps of npm test' }],
    ['npm test -- --list', { live: 'the steps of npm test' }],
    ['npm test -- --only jest,go', { live: 'the steps of npm test' }],
    ['npm test -- --only engine-jgroups,engine-jgroups-go', { live: 'the steps of npm test' }],
    ['npm test -- --only go,fuzz,arrows-go,truth,jest,generated,docs', { live: 'the steps of npm test' }],
    ['npm ci', { step: 'install', by: 'ci' }],
    ['npm ci && npm run build', { step: 'build-frontend', by: 'build:frontend' }],
    ['npm run build:backend', { step: 'build-backend', by: 'build:backend' }],
    ['npm run test:workbench', { step: 'workbench', by: 'workbench' }],
    ['npm run docs:pictures', { reader: 'writes to docs/img, which no test may', flags: 'e2e/save-pictures.mjs' }],
    ['npm run dev', { reader: 'watches until Ctrl-C; the step build-frontend has the same configuration' }],
    ['npm run generate', { step: 'generated', by: 'scripts/generate.mjs' }],
    ['npm run truth', { step: 'truth', by: 'truth' }],
    ['npm run soak', { step: 'soak', by: './soak' }],
    ['npm run bench', { step: 'bench', by: './bench' }],
    ['npm run bench -- --only scale', { reader: 'takes 6 to 12 minutes', flags: 'bench/main.go' }],
    [
      'npm run engine:seatunnel -- start --force-backport --fault-agent',
      { reader: `${PROCESS} (engine)`, flags: 'engines/seatunnel/cli.mjs' },
    ],
    [
      'npm run engine:jgroups -- start --generation 2',
      { reader: `${PROCESS} (engine-jgroups)`, flags: 'engines/jgroups/cli.mjs' },
    ],
    ['npm run engine:postgres -- start', { reader: `${PROCESS} (postgres)`, flags: 'engines/postgres/cli.mjs' }],
    [
      'go test -race -v -run TestS32S34 ./faults -faults.rounds=1000',
      { reader: 'takes an hour; the step faults runs the same test with fewer rounds', flags: 'faults' },
    ],
    ['npm run simulator -- --help', { live: 'the simulator' }],
    [
      'npm run record -- --settings settings.json --out name.jsonl.gz --for 3m --engine "SeaTunnel 2.3.13, REST v2"',
      { live: 'a recording' },
    ],
    [
      'npm run record -- --settings settings.json --out hung-worker.jsonl.gz --for 3m --engine "Example 1.2"',
      { live: 'a recording' },
    ],
    ['npm run contract:check -- URL', { live: 'the check of the contract' }],
    [
      'npm run contract:check -- https://coordinator.example/coordinator/v1 --token-file token.txt',
      { live: 'the check of the contract' },
    ],
    ['node docs/examples/coordinator.mjs 7070', { live: 'the check of the contract' }],
    ['npm run contract:check -- http://127.0.0.1:7070/coordinator/v1', { live: 'the check of the contract' }],
    [
      'npm run contract:check -- http://127.0.0.1:7070/coordinator/v1 --writes 1003',
      { live: 'the check of the contract' },
    ],
    ['node scripts/demo/measure.mjs', { reader: 'takes minutes, and a Chromium', flags: 'scripts/demo/measure.mjs' }],
    [
      'node scripts/demo/measure.mjs --bare',
      { reader: 'takes minutes, a Chromium, and a mount namespace', flags: 'scripts/demo/measure.mjs' },
    ],
    [
      'npm run package',
      { reader: 'builds for six platforms, which takes minutes', flags: 'scripts/release/package.mjs' },
    ],
    ['npm run package -- --only linux/amd64', { reader: RELEASE, flags: 'scripts/release/package.mjs' }],
    ['npm run package -- --no-build --only linux/amd64', { reader: RELEASE, flags: 'scripts/release/package.mjs' }],
    ['npm run check:package -- artifacts/unjam-jobs-app-0.1.0.zip', { reader: RELEASE }],
    ['npm run licences', { reader: RELEASE }],
    ['npm run compat', { reader: "needs npm's registry, and minutes; e2e.yml runs it" }],
    ['npm run check:tag -- v0.1.0', { reader: 'the version of main has no day yet; changelog.test.mjs tests it' }],
    [
      'npm run sign -- artifacts/unjam-jobs-app-0.1.0.zip',
      { reader: 'needs a token; sign.test.mjs tests all but the signer' },
    ],
    ['sha256sum --check unjam-jobs-app-0.1.0.zip.sha256', { reader: 'for a download; sign.test.mjs checks its sums' }],
    ['gh attestation verify unjam-jobs-app-0.1.0.zip --repo unjam/unjam-jobs-app', { reader: 'asks GitHub' }],
    ['docker compose up', { reader: DOCKER }],
    ['docker compose --profile engine up', { reader: DOCKER }],
    ['docker compose --profile engine down --volumes', { reader: DOCKER }],
    ['sudo unzip -q unjam-jobs-app-0.1.0.zip -d /var/lib/grafana/plugins', { live: 'a server' }],
    ['sudo cp -r dist /var/lib/grafana/plugins/unjam-jobs-app', { live: 'a server' }],
    ['sudo cp provisioning/alerting/unjam.yaml /etc/grafana/provisioning/alerting/', { live: 'a server' }],
    ['sudo systemctl restart grafana-server', { live: 'a server' }],
    ['sudo systemctl stop grafana-server', { live: 'a server' }],
    ['sudo systemctl start grafana-server', { live: 'a server' }],
    ['sudo cp -a /var/lib/grafana/unjam.db /var/lib/grafana/unjam.db.before-upgrade', { live: 'a server' }],
    ['sudo rm -r /var/lib/grafana/plugins/unjam-jobs-app', { live: 'a server' }],
    ['sudo rm -f /var/lib/grafana/unjam.db-wal /var/lib/grafana/unjam.db-shm', { live: 'a server' }],
    ['sudo cp -a /var/lib/grafana/unjam.db.before-upgrade /var/lib/grafana/unjam.db', { live: 'a server' }],
    [
      'export GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=unjam-jobs-app,unjam-coordinator-datasource,unjam-stuckjobs-panel,unjam-delivery-panel',
      { live: 'a server' },
    ],
    ...['datasources', 'alerting', 'dashboards', 'plugins'].map(
      (what) =>
        /** @type {[string, Way]} */ ([
          `curl --fail --user "$GRAFANA_LOGIN" --request POST https://grafana.example/api/admin/provisioning/${what}/reload`,
          { live: 'a reload' },
        ])
    ),
  ])
);
