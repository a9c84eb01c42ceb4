// Package rules evaluates the alert rules that Unjam ships, without a Grafana:
// over days of fake time, and over recordings. It knows the expressions that
// these rules use and refuses others. That a Grafana takes the rules as they
// are is shown elsewhere (e2e/chapters/rules.mjs).
package rules

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/unjam/unjam-jobs-app/truth/asking"
)

// The states that a rule takes when its queries fail or give nothing.
const (
	alerting = "Alerting"
)

// Rule is one rule, with what it remembers between evaluations.
type Rule struct {
	UID          string  `yaml:"uid"`
	Condition    string  `yaml:"condition"`
	For          string  `yaml:"for"`
	ExecErrState string  `yaml:"execErrState"`
	NoDataState  string  `yaml:"noDataState"`
	Data         []datum `yaml:"data"`

	pending time.Duration
	// since is when the condition became true, by labels.
	since map[string]time.Time
}

type datum struct {
	RefID string `yaml:"refId"`
	Model struct {
		Metric     string   `yaml:"metric"`
		States     []string `yaml:"states"`
		Type       string   `yaml:"type"`
		Expression string   `yaml:"expression"`
		Conditions []struct {
			Evaluator struct {
				Type   string    `yaml:"type"`
				Params []float64 `yaml:"params"`
			} `yaml:"evaluator"`
		} `yaml:"conditions"`
	} `yaml:"model"`
}

// Load reads the rules of a provisioning file.
func Load(file string) ([]*Rule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document struct {
		Groups []struct {
			Rules []*Rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var all []*Rule
	for _, group := range document.Groups {
		all = append(all, group.Rules...)
	}
	for _, rule := range all {
		if rule.pending, err = time.ParseDuration(rule.For); err != nil {
			return nil, fmt.Errorf("rule %s: %w", rule.UID, err)
		}
		rule.since = map[string]time.Time{}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no rule", file)
	}
	return all, nil
}

// Firing evaluates a rule now and gives the label sets for which it fires, and
// "" where it fires for want of an answer. Errors are of the rule, not of its
// queries.
func (r *Rule) Firing(ctx context.Context, source *asking.Source) ([]string, error) {
	values, failed, err := r.values(ctx, source)
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", r.UID, err)
	}
	if failed {
		if r.ExecErrState == alerting {
			return []string{""}, nil
		}
		return nil, nil // KeepLast: nothing fires anew.
	}
	now := time.Now()
	condition, known := values[r.Condition]
	if !known {
		return nil, fmt.Errorf("rule %s: its condition %s is no part of it", r.UID, r.Condition)
	}
	if len(condition) == 0 && r.NoDataState == alerting {
		return []string{""}, nil
	}
	var firing []string
	for labels, value := range condition {
		if value == 0 {
			delete(r.since, labels)
			continue
		}
		if _, pending := r.since[labels]; !pending {
			r.since[labels] = now
		}
		if now.Sub(r.since[labels]) >= r.pending {
			firing = append(firing, labels)
		}
	}
	for labels := range r.since {
		if _, told := condition[labels]; !told {
			delete(r.since, labels)
		}
	}
	slices.Sort(firing)
	return firing, nil
}

// series are values by label set.
type series map[string]float64

func (r *Rule) values(ctx context.Context, source *asking.Source) (values map[string]series, failed bool, err error) {
	values = map[string]series{}
	for _, one := range r.Data {
		switch {
		case one.Model.Metric != "":
			samples, err := source.Metric(ctx, one.Model.Metric, one.Model.States...)
			if err != nil {
				return nil, true, nil
			}
			of := series{}
			for _, sample := range samples {
				of[sample.Labels.String()] = sample.Value
			}
			values[one.RefID] = of
		case one.Model.Type == "threshold" && len(one.Model.Conditions) == 1:
			if values[one.RefID], err = threshold(one, values[one.Model.Expression]); err != nil {
				return nil, false, err
			}
		case one.Model.Type == "math":
			if values[one.RefID], err = calculated(one.Model.Expression, values); err != nil {
				return nil, false, err
			}
		default:
			return nil, false, fmt.Errorf("%s is of type %q, which is not known here", one.RefID, one.Model.Type)
		}
	}
	return values, false, nil
}

func threshold(one datum, of series) (series, error) {
	evaluator := one.Model.Conditions[0].Evaluator
	if len(evaluator.Params) < 1 || evaluator.Type != "gt" && evaluator.Type != "lt" {
		return nil, fmt.Errorf("%s compares with %q, which is not known here", one.RefID, evaluator.Type)
	}
	result := series{}
	for labels, value := range of {
		limit := evaluator.Params[0]
		result[labels] = truth(evaluator.Type == "gt" && value > limit || evaluator.Type == "lt" && value < limit)
	}
	return result, nil
}

// reference is another part of the rule in an expression.
var reference = regexp.MustCompile(`\$([A-Z])`)

// calculated calculates an expression for each label set that all its parts
// have, as Grafana joins them.
func calculated(expression string, values map[string]series) (series, error) {
	var names []string
	for _, match := range reference.FindAllStringSubmatch(expression, -1) {
		names = append(names, match[1])
	}
	if len(names) == 0 {
		return nil, errors.New("an expression without another part: " + expression)
	}
	result := series{}
	plain := strings.ReplaceAll(expression, "$", "")
	for labels := range values[names[0]] {
		at := map[string]float64{}
		whole := true
		for _, name := range names {
			value, told := values[name][labels]
			at[name], whole = value, whole && told
		}
		if !whole {
			continue
		}
		value, err := calculate(plain, at)
		if err != nil {
			return nil, err
		}
		result[labels] = value
	}
	return result, nil
}
