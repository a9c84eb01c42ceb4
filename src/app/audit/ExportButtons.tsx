import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import { catchError, exhaustMap, map, of, startWith, Subject, type Observable } from 'rxjs';

import { type AuditFile, type ExportFormat } from '../../api/audit';
import { describeFailure, toFailure, type Failure } from '../../api/failure';
import { t } from '../../i18n/text';
import { ForeignText } from '../../model/ForeignText';
import { SENTENCE } from '../../model/text';
import { saveFile } from './saveFile';

type Progress =
  | { at: 'none' }
  | { at: 'asking'; format: ExportFormat }
  | { at: 'saved'; name: string; incomplete: string }
  | { at: 'failed'; failure: Failure };

interface Props {
  /** The rows that are exported, as a file. */
  file(format: ExportFormat): Observable<AuditFile>;
  /** The file's name, without its ending. */
  name(): string;
  /** Whether only some rows are exported. */
  isFiltered: boolean;
}

/** The buttons that save the rows of the filter as a file, all of them and not only those on the screen. */
export function ExportButtons({ file, name, isFiltered }: Props) {
  const styles = useStyles2(getStyles);
  const [progress, setProgress] = useState<Progress>({ at: 'none' });
  const [orders] = useState(() => new Subject<ExportFormat>());
  useEffect(() => {
    const exports = orders.pipe(exhaustMap((format) => exported(file, format, `${name()}.${format}`)));
    const subscription = exports.subscribe(setProgress);
    return () => subscription.unsubscribe();
  }, [orders, file, name]);
  const isBusy = progress.at === 'asking';
  const words = isFiltered
    ? t('audit.export.filtered', 'All rows of the filter, oldest first.')
    : t('audit.export.all', 'The whole trail, oldest first.');
  return (
    <div className={styles.part}>
      <div className={styles.buttons}>
        <Button variant="secondary" icon="download-alt" disabled={isBusy} onClick={() => orders.next('csv')}>
          {t('audit.export.csv', 'Export CSV')}
        </Button>
        <Button variant="secondary" icon="download-alt" disabled={isBusy} onClick={() => orders.next('jsonl')}>
          {t('audit.export.jsonl', 'Export JSON lines')}
        </Button>
        <span className={styles.note}>{words}</span>
      </div>
      <div role="status">
        <Outcome progress={progress} />
      </div>
    </div>
  );
}

function exported(file: Props['file'], format: ExportFormat, name: string): Observable<Progress> {
  return file(format).pipe(
    map(({ content, incomplete }): Progress => {
      saveFile(content, name);
      return { at: 'saved', name, incomplete };
    }),
    catchError((error: unknown) => of<Progress>({ at: 'failed', failure: toFailure(error) })),
    startWith<Progress>({ at: 'asking', format })
  );
}

function Outcome({ progress }: { progress: Progress }) {
  switch (progress.at) {
    case 'none':
      return null;
    case 'asking':
      return <>{t('audit.export.asking', 'The server writes the file…')}</>;
    case 'saved':
      return progress.incomplete ? (
        <Alert severity="warning" title={t('audit.export.incomplete', 'The file {{name}} is not whole', progress)}>
          <ForeignText text={progress.incomplete} characters={SENTENCE} expandable />{' '}
          {t('audit.export.incomplete-advice', 'Its last line says so. Export again.')}
        </Alert>
      ) : (
        <>{t('audit.export.saved', 'Saved as {{name}}.', progress)}</>
      );
    case 'failed':
      return (
        <Alert severity="error" title={t('audit.export.failed', 'Nothing was exported')}>
          <ForeignText text={describeFailure(progress.failure)} characters={SENTENCE} expandable />
        </Alert>
      );
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  part: css({ display: 'grid', gap: theme.spacing(1) }),
  buttons: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  note: css({ color: theme.colors.text.secondary }),
});
