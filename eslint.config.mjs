import grafanaI18n from '@grafana/i18n/eslint-plugin';
import { defineConfig } from 'eslint/config';
import baseConfig from './.config/eslint.config.mjs';

export default defineConfig([
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/coverage/',
      '.engine/',
      '.config/',
      // Written by openapi-typescript in its own style.
      'src/api/resources.gen.ts',
    ],
  },
  // A rule that does not fit is changed here, for all to see, and never switched off beside the code.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  ...baseConfig,
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    // Programs for Node, where "use…" is a word like any other.
    files: ['**/*.mjs'],
    rules: { 'react-hooks/rules-of-hooks': 'off' },
  },
  {
    files: ['workbench/page/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './workbench/page/tsconfig.json' } },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'workbench/page/**/*.{ts,tsx}'],
    rules: {
      'no-alert': 'error',
      'no-console': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          // Grafana 13.1 deprecates the service, and 12.4, which we support, has nothing else. Only src/api/sources.ts
          // uses it.
          allow: [
            {
              from: 'package',
              package: '@grafana/runtime',
              name: ['getDataSourceSrv', 'get', 'getList', 'getInstanceSettings'],
            },
          ],
        },
      ],
    },
  },
  {
    // Whoever reads no English must be able to read all of it. That the texts are translated is checked by
    // scripts/lib/locales.mjs.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/**/testing/**', 'src/i18n/**'],
    plugins: { '@grafana/i18n': grafanaI18n },
    rules: {
      '@grafana/i18n/no-translation-top-level': 'error',
      'no-restricted-imports': [
        'error',
        { name: '@grafana/i18n', message: 'Take t of src/i18n/text, which leaves names as they are.' },
      ],
    },
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['src/**/*.test.tsx'],
    plugins: { '@grafana/i18n': grafanaI18n },
    rules: { '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$'] }] },
  },
  {
    // It stands in for Grafana, which offers plugins what is deprecated, too.
    files: ['workbench/page/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['simulator/**/*.ts'],
    languageOptions: { parserOptions: { project: './simulator/tsconfig.json' } },
    rules: {
      'no-console': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // The runner waits for its tests itself.
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: 'test' }] },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
]);
