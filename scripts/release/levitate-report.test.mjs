// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compared, removedNames } from './levitate-report.mjs';

/** What levitate 0.17.2 printed of a module with one name that Grafana 12.4.0 does not have, shortened. */
const REPORT = `
🔬 Checking compatibility between all.ts and @grafana/data@12.4.0...
✔ Found @grafana/data version 13.1.1 locally
\u001b[32m✔\u001b[39m Successfully compared versions

  INCOMPATIBILITIES (2)

1) Removed \`generateUUID\` used in \`src/a.ts:1\`
2) Changed \`PanelPlugin.setMigrationHandler\` used in \`src/module.ts:45\`
\`\`\`diff
-type PanelMigrationHandler
+PanelMigrationHandler
\`\`\`

🔬 Checking compatibility between all.ts and @grafana/ui@12.4.0...
Could not find @grafana/ui
`;

describe("Levitate's report", () => {
  test('tells what is gone, and not what is only written another way', () => {
    assert.deepEqual(removedNames(REPORT), ['`generateUUID` used in `src/a.ts:1`']);
  });
  test('tells what was compared, and so what was not', () => {
    assert.deepEqual(compared(REPORT), ['@grafana/data']);
    assert.deepEqual(compared('npm error'), []);
  });
});
