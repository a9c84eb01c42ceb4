import { findMetric, METRICS } from './metrics';

describe('the catalogue of metrics', () => {
  it('names each metric once, with help that is a sentence', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { help, unit } of METRICS) {
      expect(help).toMatch(/\.$/);
      expect(unit).not.toBe('');
    }
  });

  it('gives series of jobs labels that identify the job, and no others', () => {
    for (const metric of METRICS) {
      expect(metric.labels).toContain('cluster');
      expect(metric.perJob).toBe(metric.labels.includes('job_id'));
    }
  });

  it('gives series of pairs of nodes both ends, and no others', () => {
    for (const { labels, perPair = false } of METRICS) {
      expect([labels.includes('node'), labels.includes('peer')]).toEqual([perPair, perPair]);
    }
    expect(METRICS.filter(({ perPair }) => perPair)).toHaveLength(8);
  });

  it('knows no metric by another name', () => {
    expect(findMetric('canceling_age_seconds')?.unit).toBe('s');
    expect(findMetric('canceling_age')).toBeUndefined();
  });
});
