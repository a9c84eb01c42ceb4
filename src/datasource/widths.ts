/** The width of the query editor's leading labels, in units of the theme's spacing: they stand in one column. */
export const LABEL_WIDTH = 16;
