import React from 'react';

export function JobPage() {
  return <p>Job</p>;
}
