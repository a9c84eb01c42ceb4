import { type components } from './resources.gen';

type Schemas = components['schemas'];

export type Kind = Schemas['Kind'];
export type Allowance = Schemas['Allowance'];
export type Support = Schemas['Support'];
export type Policy = Schemas['Policy'];
export type Incident = Schemas['Incident'];
export type JobCard = Schemas['JobCard'];
export type Verdict = Schemas['Verdict'];
export type Plan = Schemas['Plan'];
export type PlanContext = Schemas['Context'];
export type PlanRequest = Schemas['PlanRequest'];
export type ConfirmRequest = Schemas['ConfirmRequest'];
export type Action = Schemas['Action'];
export type Leftovers = Schemas['Leftovers'];
export type Approval = Schemas['Approval'];
export type ApprovalList = Schemas['ApprovalList'];
export type ApproveRequest = Schemas['ApproveRequest'];
export type Decision = Schemas['Decision'];
export type ReasonRequest = Schemas['ReasonRequest'];
export type DismissRequest = Schemas['DismissRequest'];
export type Dismissal = Schemas['Dismissal'];
export type Aftermath = Schemas['Aftermath'];
export type AuditRow = Schemas['AuditRow'];
export type AuditPage = Schemas['AuditPage'];
export type Problem = Schemas['Problem'];
