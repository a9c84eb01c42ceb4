import { Alert, ErrorBoundary } from '@grafana/ui';
import React, { type ReactNode } from 'react';

import { t } from '../i18n/text';

interface Props {
  /** What cannot be shown when it breaks, as the beginning of a sentence. */
  what: string;
  /** It is tried again when this changes. */
  occasion: unknown;
  children: ReactNode;
}

/** Keeps what breaks below it from taking the rest of the page along. */
export function Guarded({ what, occasion, children }: Props) {
  return (
    <ErrorBoundary boundaryName="unjam-app" dependencies={[occasion]}>
      {({ error }) =>
        error ? (
          <Alert severity="error" title={t('app.guarded.title', '{{what}} cannot be shown', { what })}>
            {t(
              'app.guarded.advice',
              'This page could not draw what it was told, so nothing is known here. It tries again with the next answer; if it stays so, use Explore, and report it with the version of Unjam.'
            )}
          </Alert>
        ) : (
          children
        )
      }
    </ErrorBoundary>
  );
}
