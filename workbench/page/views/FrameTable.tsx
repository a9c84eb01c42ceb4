import { css } from '@emotion/css';
import { formattedValueToString, getFieldDisplayName, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Alert, useStyles2 } from '@grafana/ui';
import React from 'react';

/** A frame's rows that are shown; this is for looking at answers, not for reading thousands of jobs. */
const MOST_ROWS = 100;

/** A frame as a plain table, with what it says of itself. */
export function FrameTable({ frame }: { frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const rows = Array.from({ length: Math.min(frame.length, MOST_ROWS) }, (_, row) => row);
  return (
    <>
      {(frame.meta?.notices ?? []).map(({ severity, text }) => (
        <Alert key={text} severity={severity} title={text} />
      ))}
      <table className={styles.table}>
        <caption className={styles.caption}>
          {frame.refId}: {frame.length} rows{frame.length > rows.length && `, the first ${rows.length} of them shown`}
        </caption>
        <thead>
          <tr>
            {frame.fields.map((field) => (
              <th key={getFieldDisplayName(field, frame)} scope="col">
                {getFieldDisplayName(field, frame)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              {frame.fields.map((field) => {
                const value: unknown = field.values[row];
                return (
                  <td key={getFieldDisplayName(field, frame)}>
                    {field.display ? formattedValueToString(field.display(value)) : String(value ?? '')}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    fontSize: theme.typography.bodySmall.fontSize,
    'th, td': {
      padding: theme.spacing(0.5, 1),
      textAlign: 'left',
      whiteSpace: 'nowrap',
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    },
  }),
  caption: css({ captionSide: 'top', color: theme.colors.text.secondary, paddingTop: 0 }),
});
