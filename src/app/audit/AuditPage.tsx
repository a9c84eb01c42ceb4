import React from 'react';

export function AuditPage() {
  return <p>Audit</p>;
}
