// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkSource, COMMENT_RULE, SOURCE_RULES } from './source-rules.mjs';

/** For each rule what it must find, and what looks alike and is none. @type {Record<string, { bad: string[], good: string[] }>} */
const EXAMPLES = {
  'no-console': {
    bad: ['console.log("x");', 'function f() { console.table([]); }'],
    good: ['console.error("x");', '// console.log("x")', 'const console_ = { log() {} }; console_.log();'],
  },
  'no-native-dialogs': {
    bad: ['alert("x");', 'if (window.confirm("sure?")) { go(); }', 'globalThis.prompt("name");'],
    good: ['dialog.confirm("x");', 'confirm(plan);', 'const text = "alert(1)";', 'plan.alert();'],
  },
  'window-open-noopener': {
    bad: ['window.open(url);', 'window.open(url, "_blank", "noopener");', 'window.open(url, "_blank", features);'],
    good: ['window.open(url, "_blank", "noopener,noreferrer");', 'menu.open(url);', 'open(plan);'],
  },
  'no-window-location': {
    bad: ['const q = window.location.search;', 'window.location.href = url;', 'go(window.location);'],
    good: ['locationService.getLocation().search;', 'job.location.search;'],
  },
  'no-grafana-globals': {
    bad: ['window.grafanaBootData.user;', 'globalThis.grafanaRuntime;'],
    good: ['config.bootData.user;', 'const s = "window.grafanaBootData";'],
  },
  'no-style-files': {
    bad: ['import "./page.css";', 'import styles from "../a.scss";', 'import { Global } from "@emotion/react";'],
    good: ['import { css } from "@emotion/css";', 'import { Global } from "./globe";'],
  },
  'no-query-endpoint': {
    bad: ['fetch("/api/ds/query");', 'post(`${base}/api/ds/query?type=x`);'],
    good: ['// not /api/ds/query', 'fetch("/api/datasources");'],
  },
  'no-test-datasource': {
    bad: ['class A extends DataSourceWithBackend<Q, O> { async testDatasource() { return {}; } }'],
    good: ['class A extends DataSourceWithBackend<Q, O> { query() {} }', 'class A { testDatasource() {} }'],
  },
  'no-test-datasource-call': {
    bad: ['await source.testDatasource();', 'source?.testDatasource();'],
    good: ['await source.callHealthCheck();', 'const name = "testDatasource()";'],
  },
  'no-react-internals': {
    bad: ['React.__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED.x;'],
    good: ['const s = "__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED";'],
  },
  'no-gf-form': {
    bad: ['const a = <div className="gf-form-inline" />;'],
    good: ['const a = <div className="form" />; // gf-form'],
  },
  [COMMENT_RULE.name]: {
    bad: [
      '// @ts-ignore\nconst a: number = "";',
      'f(/* @ts-expect-error */ 1);',
      'const a = <A>{/* @ts-ignore */}</A>;',
    ],
    good: ['const a = "@ts-ignore";', '// ts ignores this'],
  },
};

describe('What the catalogue forbids in TypeScript', () => {
  test('every rule has its examples', () => {
    const names = [...SOURCE_RULES.map(({ name }) => name), COMMENT_RULE.name];
    assert.deepEqual(Object.keys(EXAMPLES).sort(), names.sort());
  });
  for (const [rule, { bad, good }] of Object.entries(EXAMPLES)) {
    for (const text of bad) {
      test(`${rule} finds ${text}`, () => {
        assert.ok(
          checkSource('a.tsx', text).some((fault) => fault.rule === rule),
          JSON.stringify(checkSource('a.tsx', text))
        );
      });
    }
    for (const text of good) {
      test(`${rule} lets ${text} pass`, () => {
        assert.deepEqual(
          checkSource('a.tsx', text).filter((fault) => fault.rule === rule),
          []
        );
      });
    }
  }
  test('a fault names its file and line', () => {
    assert.deepEqual(checkSource('src/a.ts', '\n\nalert(1);'), [
      { rule: 'no-native-dialogs', fault: "src/a.ts:3: opens a dialog of the browser; use Grafana's" },
    ]);
  });
});
