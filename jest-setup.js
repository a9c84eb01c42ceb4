// Jest setup provided by Grafana scaffolding
import './.config/jest-setup';

import { configure } from '@testing-library/react';

// Grafana's comboboxes measure their options; jsdom has no canvas.
HTMLCanvasElement.prototype.getContext = () => ({ measureText: () => ({ width: 0 }) });

configure({
  // Whether each ancestor is hidden is computed from styles, which takes jsdom most of a test's time. Tests that care ask
  // with toBeVisible.
  defaultHidden: true,
  // A failed query names what it looked for; the whole page below it only hides that.
  getElementError: (message) => new Error(message || 'Found one of them.'),
});
