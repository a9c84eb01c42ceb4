package rules

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
)

// calculate gives the value of an expression of Grafana's, as far as the rules
// use them: they read like Go's.
func calculate(expression string, values map[string]float64) (float64, error) {
	tree, err := parser.ParseExpr(expression)
	if err != nil {
		return 0, fmt.Errorf("the expression %q: %w", expression, err)
	}
	return valueOf(tree, values)
}

func valueOf(node ast.Expr, values map[string]float64) (float64, error) {
	switch node := node.(type) {
	case *ast.ParenExpr:
		return valueOf(node.X, values)
	case *ast.BasicLit:
		return strconv.ParseFloat(node.Value, 64)
	case *ast.Ident:
		if value, known := values[node.Name]; known {
			return value, nil
		}
	case *ast.CallExpr:
		if name, named := node.Fun.(*ast.Ident); named && name.Name == "abs" && len(node.Args) == 1 {
			value, err := valueOf(node.Args[0], values)
			return math.Abs(value), err
		}
	case *ast.BinaryExpr:
		left, err := valueOf(node.X, values)
		if err != nil {
			return 0, err
		}
		right, err := valueOf(node.Y, values)
		if err != nil {
			return 0, err
		}
		return compared(node.Op, left, right)
	}
	return 0, fmt.Errorf("a part of the expression is not known here: %T", node)
}

func compared(operator token.Token, left, right float64) (float64, error) {
	switch operator {
	case token.GTR:
		return truth(left > right), nil
	case token.LSS:
		return truth(left < right), nil
	case token.EQL:
		return truth(left == right), nil
	case token.LAND:
		return truth(left != 0 && right != 0), nil
	case token.LOR:
		return truth(left != 0 || right != 0), nil
	}
	return 0, fmt.Errorf("the operator %s is not known here", operator)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
