import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo, type ReactNode } from 'react';

interface Props {
  /** Names the table for those who hear it. */
  caption: string;
  headers: string[];
  /** The rows. */
  children: ReactNode;
}

/**
 * A small table of a page; lists of jobs have their own. On a narrow screen each row becomes a card, in which every cell
 * carries its column's name: a table there would be wider than the page.
 */
export function Table({ caption, headers, children }: Props) {
  const styles = useStyles2(getStyles);
  const labels = useMemo(() => css(cellLabels(headers)), [headers]);
  return (
    <table className={cx(styles.table, labels)}>
      <caption className={styles.caption}>{caption}</caption>
      <thead>
        <tr>
          {headers.map((header) => (
            <th key={header} scope="col">
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Screens that no table fits on. */
const NARROW = '@media (max-width: 600px)';
/** The column of names there, in pixels. */
const LABEL_WIDTH = 108;

/** The names of the columns before the cells of a narrow screen. A cell that spans the columns belongs to none. */
function cellLabels(headers: string[]) {
  const labels = headers.map((header, index) => [
    `tbody td:nth-of-type(${index + 1}):not([colspan])::before`,
    { content: JSON.stringify(header) },
  ]);
  return { [NARROW]: Object.fromEntries(labels) };
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    marginBottom: theme.spacing(1),
    fontVariantNumeric: 'tabular-nums',
    'th, td': {
      textAlign: 'left',
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      fontWeight: theme.typography.fontWeightRegular,
      overflowWrap: 'anywhere',
      // Cells may break anywhere, and short words should not.
      minWidth: 80,
    },
    'thead th': { color: theme.colors.text.secondary, whiteSpace: 'nowrap' },
    [NARROW]: {
      'thead tr': { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' },
      '&, tbody, tbody tr, tbody td': { display: 'block' },
      'tbody td': { border: 'none', padding: theme.spacing(0.25, 1), whiteSpace: 'normal', minWidth: 0 },
      // What takes more than a line goes on beside its column's name, and not below it.
      'tbody td:not([colspan])': { paddingLeft: LABEL_WIDTH + 8 },
      'tbody td:not([colspan])::before': {
        display: 'inline-block',
        width: LABEL_WIDTH - 8,
        marginLeft: -LABEL_WIDTH,
        marginRight: 8,
        verticalAlign: 'top',
        color: theme.colors.text.secondary,
      },
      'tbody tr': { padding: theme.spacing(0.5, 0), borderBottom: `1px solid ${theme.colors.border.weak}` },
    },
  }),
  caption: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
});
