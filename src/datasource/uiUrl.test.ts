import { checkUiUrl } from './uiUrl';

describe("the address of a job in the coordinator's own pages", () => {
  it.each([undefined, '', 'https://ui.example/#/jobs/{jobId}', 'http://ui.example:8080/?job={jobId}&x=1'])(
    'may be %s',
    (address) => expect(checkUiUrl(address)).toBe('')
  );

  it.each([
    ['javascript:alert(1)', /must begin with http/],
    ['ui.example/{jobId}', /is no address|must begin with http/],
    ['https://anna:secret@ui.example/{jobId}', /user name or password/],
    ['https://{jobId}.example/', /not in the host/],
  ])('must not be %s', (address, sentence) => expect(checkUiUrl(address)).toMatch(sentence));
});
