package seatunnel

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// pagedList serves /running-jobs by pages as engine-server 2.3.13 does: newest
// first, 400 for pages that begin behind the end.
type pagedList struct {
	mutex sync.Mutex
	ids   []int
	// before is called before each page, with the list's lock held.
	before func(l *pagedList, page int)
}

func newPagedList(jobs int) *pagedList {
	l := &pagedList{}
	for id := jobs; id > 0; id-- {
		l.ids = append(l.ids, id)
	}
	return l
}

func (l *pagedList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	rows, _ := strconv.Atoi(r.URL.Query().Get("rows"))
	if l.before != nil {
		l.before(l, page)
	}
	begin := (page - 1) * rows
	if begin > len(l.ids) {
		answerJSON(400, `{"status":"fail","message":"Page number exceeds total pages"}`)(w, r)
		return
	}
	var entries []string
	for _, id := range l.ids[begin:min(begin+rows, len(l.ids))] {
		entries = append(entries, fmt.Sprintf(`{"jobId":"%d","jobName":"job","jobStatus":"RUNNING","createTime":"2026-11-22 17:20:16","jobDag":{"jobId":"1"}}`, id))
	}
	answerJSON(200, fmt.Sprintf(`{"data":[%s],"total":%d}`, strings.Join(entries, ","), len(l.ids)))(w, r)
}

func TestPages_EveryJobOnceForAnyLength(t *testing.T) {
	for _, jobs := range []int{0, 1, 999, 1000, 1001, 1975, 1976, 12_345} {
		list := newPagedList(jobs)
		f := v2Canceling(t)
		f.on("/running-jobs", list.ServeHTTP)
		got := snapshot(t, newTestClient(t, func(c *Config) { c.PageRows = minPageRows }, f))
		if len(got.Jobs) != jobs || !got.Complete || len(got.Notes) != 0 {
			t.Errorf("%d of %d jobs, complete %v, notes %q", len(got.Jobs), jobs, got.Complete, got.Notes)
		}
	}
}

func TestPages_JobsThatEndMeanwhileHideNoOther(t *testing.T) {
	// Given a list whose newest jobs end while it is read: the others move up
	list := newPagedList(5000)
	list.before = func(l *pagedList, page int) {
		if page > 1 {
			l.ids = l.ids[20:]
		}
	}
	f := v2Canceling(t)
	f.on("/running-jobs", list.ServeHTTP)
	got := snapshot(t, newTestClient(t, func(c *Config) { c.PageRows = minPageRows }, f))
	listed := map[string]bool{}
	for _, job := range got.Jobs {
		listed[string(job.ID)] = true
	}
	for _, id := range list.ids {
		if !listed[strconv.Itoa(id)] {
			t.Fatalf("job %d was missed, and the snapshot says complete: %v", id, got.Complete)
		}
	}
	if !got.Complete {
		t.Errorf("nothing was missed: %q", got.Notes)
	}
}

func TestPages_NewJobsMeanwhileAreNotCountedTwice(t *testing.T) {
	list := newPagedList(4000)
	next := 1000
	list.before = func(l *pagedList, page int) {
		if page > 1 {
			l.ids = append([]int{next, next + 1}, l.ids...)
			next += 2
		}
	}
	f := v2Canceling(t)
	f.on("/running-jobs", list.ServeHTTP)
	got := snapshot(t, newTestClient(t, func(c *Config) { c.PageRows = minPageRows }, f))
	if len(got.Jobs) != 4000 || !got.Complete {
		t.Errorf("%d jobs, complete %v", len(got.Jobs), got.Complete)
	}
}

func TestPages_TooManyEndsAreNotComplete(t *testing.T) {
	for name, left := range map[string]int{"the list goes on": 3000, "the list is shorter than the page's begin": 10} {
		list := newPagedList(5000)
		list.before = func(l *pagedList, page int) {
			if page == 2 {
				l.ids = l.ids[len(l.ids)-left:]
			}
		}
		f := v2Canceling(t)
		f.on("/running-jobs", list.ServeHTTP)
		got := snapshot(t, newTestClient(t, func(c *Config) { c.PageRows = minPageRows }, f))
		if got.Complete || len(got.Jobs) == 0 {
			t.Errorf("%s: complete %v with %d jobs", name, got.Complete, len(got.Jobs))
		}
		wantParts(t, joined(got.Notes), "changed too much", "until the next poll")
	}
}

func TestPages_VersionsThatRefuseTheFirstPageOfAnEmptyList(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(400, `{"status":"fail","message":"Page number exceeds total pages"}`))
	if got := snapshot(t, newTestClient(t, nil, f)); !got.Complete || len(got.Jobs) != 0 || len(got.Notes) != 0 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
}

func TestPages_ServerThatIgnoresThePage(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-running-jobs.json")))
	if got := snapshot(t, newTestClient(t, nil, f)); !got.Complete || len(got.Jobs) != 1 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	if asked := f.asked("/running-jobs"); len(asked) != 1 || asked[0].query != "page=1&rows=10000" {
		t.Errorf("asked %+v", asked)
	}
}

func TestNextPage_OverlapsAndAdvances(t *testing.T) {
	for _, rows := range []int{minPageRows, 1337, 10_000} {
		read := rows
		for i := 0; i < 2*maxJobs/minPageRows; i++ {
			page, pageRows := nextPage(read, rows)
			begin, end := (page-1)*pageRows, page*pageRows
			if overlap := read - begin; overlap < pageOverlap || overlap > pageOverlap+page {
				t.Fatalf("rows %d: page %d of %d overlaps by %d at %d", rows, page, pageRows, overlap, read)
			}
			if pageRows > rows || end <= read {
				t.Fatalf("rows %d: page %d of %d ends at %d after %d", rows, page, pageRows, end, read)
			}
			read = end
			if read > maxJobs {
				break
			}
		}
	}
}
