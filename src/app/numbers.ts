/** The pages write numbers as the table of jobs does. */
export { formatNumber } from '../jobs/numbers';
