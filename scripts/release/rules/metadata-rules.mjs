// @ts-check
/** What the catalogue asks of plugin.json, README and CHANGELOG. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import semver from 'semver';
import { beside, MAIN, textOf } from './package.mjs';

const VALIDATOR = 'grafana/plugin-validator, pkg/analysis/passes';
const ajv = new Ajv({ allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const matches = ajv.compile(JSON.parse(readFileSync(new URL('./plugin-json.schema.json', import.meta.url), 'utf8')));
/** The links that Grafana and the catalogue look for. */
const LINKS = ['repository', 'documentation', 'license', 'raise issue'];
const LEAST_SCREENSHOTS = 3;

/** @type {import('./package.mjs').Rule[]} */
export const METADATA_RULES = [
  {
    name: 'schema',
    severity: 'error',
    source: `${VALIDATOR}/metadatavalid; Grafana's reference of plugin.json`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) =>
        matches(json)
          ? []
          : (matches.errors ?? []).map(({ instancePath, message, params }) =>
              `${file}: ${instancePath || '/'} ${message} ${JSON.stringify(params)}`.trim()
            )
      ),
  },
  {
    name: 'placeholders',
    severity: 'error',
    source: 'the build fills in %VERSION%, %TODAY% and %PLUGIN_ID%',
    check: ({ files, plugins }) =>
      plugins.flatMap(({ file }) => (/%[A-Z_]+%/.test(textOf(files, file)) ? [`${file} has placeholders`] : [])),
  },
  {
    name: 'identity',
    severity: 'error',
    source: `${VALIDATOR}/pluginname, typesuffix`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) => {
        const parts = String(json?.id).split('-');
        return [
          ...(parts.length >= 3 ? [] : [`${file}: the id must be organisation-name-type`]),
          ...(parts.at(-1) === json?.type ? [] : [`${file}: the id must end with the type`]),
          ...(json?.name === json?.id ? [`${file}: the name must be for people`] : []),
        ];
      }),
  },
  {
    name: 'nested-in-includes',
    severity: 'error',
    source: `${VALIDATOR}/includesnested`,
    check: ({ plugins }) => {
      const main = plugins.find(({ file }) => file === MAIN)?.json;
      return plugins
        .filter(({ file }) => file !== MAIN)
        .flatMap(({ file, json }) => {
          const include = main?.includes?.find((/** @type {any} */ one) => one.path === file);
          return include?.type === json?.type ? [] : [`${MAIN}: includes must name ${file} with its type`];
        });
    },
  },
  {
    name: 'included-files',
    severity: 'error',
    source: 'Grafana reads the dashboards that includes name',
    check: ({ files, plugins }) =>
      plugins.flatMap(({ json }) =>
        (json?.includes ?? [])
          .filter((/** @type {any} */ { type, path }) => type !== 'page' && !files.has(path))
          .map((/** @type {any} */ { path }) => `${path} is in includes, and is not there`)
      ),
  },
  {
    name: 'paths',
    severity: 'error',
    source: `${VALIDATOR}/metadatapaths, logos`,
    check: ({ files, plugins }) =>
      plugins.flatMap((plugin) => {
        const { logos = {}, screenshots = [] } = plugin.json?.info ?? {};
        const named = [logos.small, logos.large, ...screenshots.map((/** @type {any} */ one) => one.path)];
        return named
          .filter((name) => !name || /^[./]|^[a-z]+:/.test(name) || !files.has(beside(plugin, name)))
          .map((name) => `${plugin.file}: ${name || 'an empty path'} is not there`);
      }),
  },
  {
    name: 'screenshots',
    severity: 'warning',
    source: `${VALIDATOR}/screenshots`,
    check: ({ plugins }) => {
      const count = plugins.find(({ file }) => file === MAIN)?.json?.info?.screenshots?.length ?? 0;
      return count >= LEAST_SCREENSHOTS ? [] : [`${MAIN} has ${count} screenshots, of at least ${LEAST_SCREENSHOTS}`];
    },
  },
  {
    name: 'distinct-logos',
    severity: 'warning',
    source: 'people tell plugins in a list by their logos',
    check: ({ files, plugins }) => {
      const logos = plugins.map((plugin) => textOf(files, beside(plugin, String(plugin.json?.info?.logos?.small))));
      return new Set(logos).size === logos.length ? [] : ['two plugins have the same logo'];
    },
  },
  {
    name: 'discoverable',
    severity: 'warning',
    source: `${VALIDATOR}/discoverability`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) => [
        ...(json?.info?.description ? [] : [`${file}: the description is empty`]),
        ...(json?.info?.keywords?.length > 0 ? [] : [`${file}: there are no keywords`]),
      ]),
  },
  {
    name: 'links',
    severity: 'warning',
    source: "Grafana's reference of plugin.json: links with a meaning of their own",
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) => {
        const names = (json?.info?.links ?? []).map((/** @type {any} */ { name }) => String(name).toLowerCase());
        return LINKS.filter((name) => !names.includes(name)).map((name) => `${file}: there is no link ${name}`);
      }),
  },
  {
    name: 'versions',
    severity: 'error',
    source: `${VALIDATOR}/version`,
    check: ({ plugins }) => {
      const versions = new Set(plugins.map(({ json }) => json?.info?.version));
      return versions.size === 1 && semver.valid([...versions][0]) ? [] : [`versions: ${[...versions].join(', ')}`];
    },
  },
  {
    name: 'grafana-dependency',
    severity: 'error',
    source: `${VALIDATOR}/grafanadependency, restrictivedep`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) => {
        const range = json?.dependencies?.grafanaDependency;
        const isOpen = semver.validRange(range) && semver.satisfies('999.0.0', range);
        return isOpen ? [] : [`${file}: grafanaDependency "${range}" must be a range without an upper end`];
      }),
  },
  {
    name: 'backend',
    severity: 'error',
    source: `${VALIDATOR}/backendbinary`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) => [
        ...(Boolean(json?.backend) === Boolean(json?.executable)
          ? []
          : [`${file}: backend and executable go together`]),
        ...(json?.alerting && !json?.backend ? [`${file}: alerting needs a backend`] : []),
      ]),
  },
  {
    name: 'no-circle',
    severity: 'error',
    source: `${VALIDATOR}/circulardependencies`,
    check: ({ plugins }) =>
      plugins.flatMap(({ file, json }) =>
        (json?.dependencies?.plugins ?? []).some((/** @type {any} */ { id }) =>
          plugins.some((plugin) => plugin.json?.id === id)
        )
          ? [`${file} depends on a plugin of this package`]
          : []
      ),
  },
  {
    name: 'no-routes',
    severity: 'error',
    source: "routes open Grafana's proxy to every Viewer (docs/security.md)",
    check: ({ plugins }) => plugins.filter(({ json }) => json?.routes).map(({ file }) => `${file} has routes`),
  },
  {
    name: 'readme',
    severity: 'error',
    source: `${VALIDATOR}/readme, templatereadme`,
    check: ({ files }) => {
      const text = textOf(files, 'README.md');
      return [
        ...(text.trim() === '' ? ['README.md is not there, or empty'] : []),
        ...(/<!--[^]*?-->/.test(text) ? ['README.md has comments'] : []),
        ...(/Grafana (Panel|Data ?Source|App|Data Source Backend) Plugin Template/i.test(text)
          ? ["README.md is the template's"]
          : []),
      ];
    },
  },
  {
    name: 'readme-links',
    severity: 'error',
    source: `${VALIDATOR}/brokenlinks`,
    check: ({ files }) =>
      [...textOf(files, 'README.md').matchAll(/\]\(([^)\s]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^(https:|mailto:|#)/.test(target))
        .map((target) => `README.md: ${target} leads nowhere in the catalogue`),
  },
  {
    name: 'readme-words',
    severity: 'warning',
    source: `${VALIDATOR}/jargon`,
    check: ({ files }) =>
      ['yarn', 'nodejs']
        .filter((word) => textOf(files, 'README.md').includes(word))
        .map((word) => `README.md: ${word}`),
  },
  {
    name: 'changelog',
    severity: 'error',
    source: `${VALIDATOR}/changelog`,
    check: ({ files, plugins }) => {
      const version = plugins.find(({ file }) => file === MAIN)?.json?.info?.version;
      const text = textOf(files, 'CHANGELOG.md');
      return text.split('\n').some((line) => line.startsWith(`## ${version}`))
        ? []
        : [`CHANGELOG.md has no section ${version}`];
    },
  },
];
