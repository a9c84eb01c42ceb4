// Dates in tests are compared as text, so every machine must use one zone.
process.env.TZ = 'UTC';

const scaffold = require('./.config/jest.config');

const [[, swcTransform]] = Object.entries(scaffold.transform);

module.exports = {
  ...scaffold,
  // @grafana/* 13 ships its modules as .mjs, which the scaffold's pattern does not cover.
  transform: { '^.+\\.m?[tj]sx?$': swcTransform },
  // A journey through the dialog takes seconds on a busy machine.
  testTimeout: 30_000,
  // Other folders hold packages, caches and builds of their own.
  roots: ['<rootDir>/src', '<rootDir>/workbench/page'],
  testMatch: [...scaffold.testMatch, '<rootDir>/workbench/page/**/*.test.ts'],
};
