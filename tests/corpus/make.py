"""Claim: a formula as people write it has exactly one value and one gradient, known in advance.

Run `python tests/corpus/make.py` (needs SymPy and mpmath). It writes beside itself

* `formulas.jsonl`: scalar formulas in the spelling of teachers and students, with the value and
  every partial derivative to 25 significant digits;
* `refused.jsonl`: texts that must be refused, each with the reason and a text that is accepted;

and prints how often each feature of the language occurs. The output is deterministic.

The oracle is independent of the project: beside every formula stands the same mathematics written
by hand in SymPy's explicit syntax. Nothing here reads the formula, except to count features.
Values are those of the last statement. In an oracle a constant is an exact rational (`0.1` is
1/10), `exp(1)` is Euler's number, and a name that is a Python keyword gets a final underscore.
"""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path
from typing import NamedTuple

import mpmath
import sympy
from sympy.core.evalf import PrecisionExhausted
from sympy.parsing.sympy_parser import auto_number, parse_expr, rationalize

HERE = Path(__file__).parent
WORKING_DIGITS = 40
WRITTEN_DIGITS = 25


class Case(NamedTuple):
    """A formula, the same mathematics in SymPy's syntax, and its inputs as `x=2.5 y=-4`."""

    formula: str
    oracle: str
    inputs: str = ""


class Refusal(NamedTuple):
    """A text to refuse, its inputs, the reason, and a text that says what was meant."""

    formula: str
    inputs: str
    why: str
    fix: str


ARITHMETIC = [
    Case("(x+y)*z", "(x + y)*z", "x=-2 y=5 z=-4"),
    Case("x + y*z", "x + y*z", "x=1.5 y=-2 z=4"),
    Case("x*y + z", "x*y + z", "x=3 y=0.5 z=-7"),
    Case("x - y - z", "(x - y) - z", "x=1.25 y=4 z=-2"),
    Case("x - y + z", "(x - y) + z", "x=6 y=2.5 z=1"),
    Case("x/y/z", "(x/y)/z", "x=12 y=5 z=2.5"),
    Case("x/y*z", "(x/y)*z", "x=7 y=4 z=3"),
    Case("x*y/z", "(x*y)/z", "x=7 y=4 z=3"),
    Case("6/2*(1+2)", "(6/2)*3"),
    Case("1/2*x", "x/2", "x=3.7"),
    Case("x/2*y", "(x/2)*y", "x=3 y=5"),
    Case("2^3^2", "2**(3**2)"),
    Case("x^y^z", "x**(y**z)", "x=1.3 y=2 z=1.5"),
    Case("(x^y)^z", "x**(y*z)", "x=1.3 y=2 z=1.5"),
    Case("2*x^3", "2*(x**3)", "x=1.5"),
    Case("(2*x)^3", "8*x**3", "x=1.5"),
    Case("x^2/y^2", "(x**2)/(y**2)", "x=3 y=-2"),
    Case("x^(1/2) + y^(1/3)", "x**Rational(1, 2) + y**Rational(1, 3)", "x=5 y=7"),
    Case("x^1.5", "x**Rational(3, 2)", "x=2.2"),
    Case("((x))", "x", "x=4"),
    Case("(((x+1)*2)+3)*4", "4*(2*(x + 1) + 3)", "x=-0.5"),
    Case("(a+b)*(c-d)", "(a + b)*(c - d)", "a=1 b=2 c=7 d=3.5"),
    Case("(a+b)/(c-d)", "(a + b)/(c - d)", "a=1 b=2 c=7 d=3.5"),
    Case("a*b*c*d", "a*b*c*d", "a=1.5 b=-2 c=3 d=0.5"),
    Case("x*x*x", "x**3", "x=-1.7"),
    Case("x + x + x", "3*x", "x=0.3"),
    Case("x*(x+y) - y*(x-y)", "x**2 + y**2", "x=1.2 y=3.4"),
    Case("(x*y + y*z + z*x)^2", "(x*y + y*z + x*z)**2", "x=1 y=2 z=-3.5"),
    Case("x/(y/z)", "x*z/y", "x=2 y=3 z=7"),
    Case("100 - 3*x + x*y/4", "100 - 3*x + x*y/4", "x=8 y=6"),
    Case("7", "7"),
    Case("x", "x", "x=-3.25"),
]

POLYNOMIALS = [
    Case("x^2 + 2*x + 1", "x**2 + 2*x + 1", "x=2.5"),
    Case("3*x^2 - 5*x + 2", "3*x**2 - 5*x + 2", "x=-1.5"),
    Case("x^3 - 6*x^2 + 11*x - 6", "x**3 - 6*x**2 + 11*x - 6", "x=0.7"),
    Case("4*x^5 - 3*x^3 + x - 8", "4*x**5 - 3*x**3 + x - 8", "x=1.1"),
    Case("a*x^2 + b*x + c", "a*x**2 + b*x + c", "a=2 b=-3 c=1 x=1.75"),
    Case("a*x^3 + b*x^2 + c*x + d", "((a*x + b)*x + c)*x + d", "a=1 b=-2 c=3 d=4 x=-0.6"),
    Case("(x-1)^2 + (y+2)^2", "(x - 1)**2 + (y + 2)**2", "x=3 y=1"),
    Case("(x^2 + 1)*(x^3 - 2)", "(x**2 + 1)*(x**3 - 2)", "x=1.4"),
    Case("(2*x + 3)^4", "(2*x + 3)**4", "x=-0.25"),
    Case("(x^2 - 3*x + 1)^5", "(x**2 - 3*x + 1)**5", "x=0.4"),
    Case("x^2*y + x*y^2", "x**2*y + x*y**2", "x=2 y=-1.5"),
    Case("x^2*y^3*z", "x**2*y**3*z", "x=1.5 y=-2 z=0.7"),
    Case("x^2 + x*y + y^2", "x**2 + x*y + y**2", "x=1.1 y=2.2"),
    Case("x^4 - y^4", "x**4 - y**4", "x=2 y=1.5"),
    Case("(x+y)^3 - (x-y)^3", "(x + y)**3 - (x - y)**3", "x=1.5 y=0.5"),
    Case("0.5*x^2 - 0.25*x^4", "x**2/2 - x**4/4", "x=1.3"),
    Case("(1-x)^2 + 100*(y-x^2)^2", "(1 - x)**2 + 100*(y - x**2)**2", "x=-1.2 y=1"),
    Case("(x^2+y-11)^2 + (x+y^2-7)^2", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", "x=2.5 y=1.5"),
    Case("(x+2*y-7)^2 + (2*x+y-5)^2", "(x + 2*y - 7)**2 + (2*x + y - 5)**2", "x=0.5 y=2"),
    Case("1/3*x^3 - 1/2*x^2 + x", "x**3/3 - x**2/2 + x", "x=2.1"),
    Case("x^10", "x**10", "x=1.2"),
    Case("(x+1)*(x+2)*(x+3)", "(x + 1)*(x + 2)*(x + 3)", "x=0.5"),
    Case("x*(1-x)", "x - x**2", "x=0.3"),
    Case("r*x*(1-x)", "r*x*(1 - x)", "r=3.7 x=0.4"),
    Case("3*(x^2-1)/2", "3*(x**2 - 1)/2", "x=0.6"),
    Case("(5*x^3 - 3*x)/2", "(5*x**3 - 3*x)/2", "x=0.8"),
    Case("8*x^4 - 8*x^2 + 1", "8*x**4 - 8*x**2 + 1", "x=0.35"),
    Case("p*(1-p)^2 + 3*p^2*(1-p)", "p*(1 - p)**2 + 3*p**2*(1 - p)", "p=0.35"),
]

RATIONAL = [
    Case("1/x", "1/x", "x=-1.6"),
    Case("1/x^2", "1/x**2", "x=2.5"),
    Case("(x+1)/(x-1)", "(x + 1)/(x - 1)", "x=3.5"),
    Case("x/(x^2+1)", "x/(x**2 + 1)", "x=0.75"),
    Case("(x^2-4)/(x^2+4)", "(x**2 - 4)/(x**2 + 4)", "x=1.5"),
    Case("(a*x+b)/(c*x+d)", "(a*x + b)/(c*x + d)", "a=2 b=1 c=-3 d=5 x=0.4"),
    Case("1/(1+x^2)", "1/(1 + x**2)", "x=-1.25"),
    Case("1/(1+x)^3", "(1 + x)**(-3)", "x=0.2"),
    Case("x^3/(x-2) + 5/x", "x**3/(x - 2) + 5/x", "x=3"),
    Case("1/(1/a + 1/b)", "1/(1/a + 1/b)", "a=3 b=6.5"),
    Case("1/(1+1/(1+1/x))", "1/(1 + 1/(1 + 1/x))", "x=1.8"),
    Case("(x+y)/(x*y)", "(x + y)/(x*y)", "x=2.5 y=-4"),
    Case("x*y/(x+y)", "x*y/(x + y)", "x=2.5 y=4"),
    Case("(x^3 + 1)/(x + 1)^2", "(x**3 + 1)/(x + 1)**2", "x=1.7"),
    Case("(3*x - 2)/(5*x^2 + 1)", "(3*x - 2)/(5*x**2 + 1)", "x=0.45"),
    Case("1/((x-1)*(x+2))", "1/((x - 1)*(x + 2))", "x=2.2"),
    Case("x/y + y/z + z/x", "x/y + y/z + z/x", "x=1.5 y=2 z=-3"),
    Case("(1/(x+h) - 1/x)/h", "(1/(x + h) - 1/x)/h", "x=2 h=0.25"),
    Case("((x+h)^2 - x^2)/h", "((x + h)**2 - x**2)/h", "x=3 h=0.1"),
]

IMPLIED = [
    Case("2x", "2*x", "x=3.5"),
    Case("2x + 3y", "2*x + 3*y", "x=1.5 y=-2"),
    Case("2x^2 - 5x + 1", "2*x**2 - 5*x + 1", "x=2.25"),
    Case("3x^2 y", "3*(x**2)*y", "x=1.5 y=4"),
    Case("x y", "x*y", "x=2.5 y=-3"),
    Case("x y z", "x*y*z", "x=2.5 y=-3 z=0.2"),
    Case("2 x y", "2*x*y", "x=0.5 y=7"),
    Case("x^2 y", "(x**2)*y", "x=3 y=1.25"),
    Case("x^2y", "(x**2)*y", "x=3 y=-1.25"),
    Case("x^2y^3", "(x**2)*(y**3)", "x=1.5 y=1.2"),
    Case("3x^2y - 2x y", "3*(x**2)*y - 2*x*y", "x=1.5 y=2"),
    Case("x y + xy", "x*y + xy", "x=1.5 y=2 xy=4"),
    Case("x y^2 + x^2 y", "x*(y**2) + (x**2)*y", "x=1.3 y=-0.7"),
    Case("2(x+1)", "2*(x + 1)", "x=0.75"),
    Case("2(x+1)^2", "2*((x + 1)**2)", "x=0.75"),
    Case("3(x-2)(x+5)", "3*(x - 2)*(x + 5)", "x=4"),
    Case("(x+1)(x-1)", "(x + 1)*(x - 1)", "x=3.5"),
    Case("(x+1)(x-1)(x+2)", "(x + 1)*(x - 1)*(x + 2)", "x=1.5"),
    Case("(a)(b)", "a*b", "a=3 b=-1.5"),
    Case("(x+y)(x-y)", "(x + y)*(x - y)", "x=3 y=1.5"),
    Case("(x+1)^2(x-1)", "((x + 1)**2)*(x - 1)", "x=2.5"),
    Case("(2x+1)^3(x-4)^2", "((2*x + 1)**3)*((x - 4)**2)", "x=1.5"),
    Case("x sin(x)", "x*sin(x)", "x=1.2"),
    Case("x^2 sin(x)", "(x**2)*sin(x)", "x=1.2"),
    Case("x^2sin(x)", "(x**2)*sin(x)", "x=-0.8"),
    Case("2x sin(3x)", "2*x*sin(3*x)", "x=0.4"),
    Case("sin(x)cos(x)", "sin(x)*cos(x)", "x=0.6"),
    Case("2sin(x)cos(x)", "2*sin(x)*cos(x)", "x=0.9"),
    Case("3 sin(2x) + 4 cos(2x)", "3*sin(2*x) + 4*cos(2*x)", "x=0.35"),
    Case("(x+1)sin(x)", "(x + 1)*sin(x)", "x=2.2"),
    Case("(x+1)y", "(x + 1)*y", "x=2 y=-0.3"),
    Case("2x/3", "(2*x)/3", "x=4.1"),
    Case("2x/(3y)", "(2*x)/(3*y)", "x=4.1 y=0.7"),
    Case("x y/z", "(x*y)/z", "x=4.1 y=0.7 z=3"),
    Case("(2x - 3)/(4x + 1)", "(2*x - 3)/(4*x + 1)", "x=1.6"),
    Case("5x^3 + 4x^2 - 3x + 2", "5*x**3 + 4*x**2 - 3*x + 2", "x=-0.8"),
    Case("0.5x^2 + 1.5x", "x**2/2 + 3*x/2", "x=1.4"),
    Case(".5x", "x/2", "x=9"),
    Case("10 - 2x y", "10 - 2*x*y", "x=1.5 y=2.5"),
    Case("(1/2)x^2", "(x**2)/2", "x=1.4"),
    Case("x ln(x)", "x*log(x)", "x=2.5"),
    Case("x ln(x) - x", "x*log(x) - x", "x=3.2"),
    Case("2x ln(3x)", "2*x*log(3*x)", "x=1.3"),
    Case("3sqrt(x)", "3*sqrt(x)", "x=2.6"),
    Case("a x^2 + b x + c", "a*x**2 + b*x + c", "a=1.5 b=-4 c=2 x=0.8"),
    Case("a b - c d", "a*b - c*d", "a=2 b=3 c=5 d=0.4"),
    Case("2(3x + 4y)(x - y)", "2*(3*x + 4*y)*(x - y)", "x=1 y=0.5"),
    Case("3(2x+1)/4", "(3*(2*x + 1))/4", "x=1.25"),
    Case("x^2(x+1)", "(x**2)*(x + 1)", "x=1.6"),
    Case("2^x y", "(2**x)*y", "x=1.5 y=3"),
    Case("x1 x2 + x3", "x1*x2 + x3", "x1=2 x2=-3 x3=0.25"),
]

SIGNS = [
    Case("-2^2", "-(2**2)"),
    Case("(-2)^2", "4"),
    Case("-x^2", "-(x**2)", "x=3"),
    Case("(-x)^2", "x**2", "x=3"),
    Case("-x^2 + 2*x", "-(x**2) + 2*x", "x=1.5"),
    Case("-x^4/4", "-(x**4)/4", "x=1.5"),
    Case("2^-1", "Rational(1, 2)"),
    Case("2^-x", "2**(-x)", "x=1.5"),
    Case("x^-1", "1/x", "x=2.5"),
    Case("x^-2 + x^-3", "x**(-2) + x**(-3)", "x=1.4"),
    Case("-x^-2", "-(x**(-2))", "x=1.6"),
    Case("2^-x^2", "2**(-(x**2))", "x=1.1"),
    Case("3*-2", "-6"),
    Case("3*-x", "-3*x", "x=2.2"),
    Case("x+-5", "x - 5", "x=2.5"),
    Case("x--5", "x + 5", "x=2.5"),
    Case("x - -y", "x + y", "x=1 y=2.5"),
    Case("x*-y", "-x*y", "x=1.5 y=2.5"),
    Case("x/-2", "-x/2", "x=7"),
    Case("x/-y", "-x/y", "x=7 y=3"),
    Case("-x/-y", "x/y", "x=7 y=-3"),
    Case("-2*-x*-y", "-2*x*y", "x=1.5 y=0.4"),
    Case("5*-x^2", "-5*(x**2)", "x=1.2"),
    Case("-4*x^2 + -3*x + -2", "-4*x**2 - 3*x - 2", "x=0.9"),
    Case("x^2*-3 + 7", "7 - 3*x**2", "x=1.7"),
    Case("-(x+y)", "-x - y", "x=1.5 y=2"),
    Case("-(x-y)^2", "-((x - y)**2)", "x=1.5 y=-2"),
    Case("-(-x)", "x", "x=1.5"),
    Case("-x*y", "-x*y", "x=1.5 y=-2"),
    Case("-x + y", "y - x", "x=1.5 y=-2"),
    Case("-2x + 3", "3 - 2*x", "x=1.5"),
    Case("-2x y", "-2*x*y", "x=1.5 y=6"),
    Case("-3(x+1)", "-3*(x + 1)", "x=0.25"),
    Case("-(2x+1)(x-3)", "-(2*x + 1)*(x - 3)", "x=0.5"),
    Case("-sin(-x)", "sin(x)", "x=0.9"),
    Case("-x*sin(x)", "-x*sin(x)", "x=0.9"),
    Case("4*x + -2*y - -1", "4*x - 2*y + 1", "x=0.5 y=3"),
    Case("(x + -1)/(y - -1)", "(x - 1)/(y + 1)", "x=3 y=1.5"),
    Case("-1/x", "-1/x", "x=0.8"),
    Case("-x/(x^2 + 1)^2", "-x/(x**2 + 1)**2", "x=0.6"),
    Case("x^(-1/2)", "x**Rational(-1, 2)", "x=2.4"),
    Case("10^-3*x", "x/1000", "x=42"),
]

STARSTAR = [
    Case("x**2", "x**2", "x=-1.3"),
    Case("x**2 + y**2", "x**2 + y**2", "x=3 y=4"),
    Case("3*x**2 - 2*x + 7", "3*x**2 - 2*x + 7", "x=1.9"),
    Case("-x**2", "-(x**2)", "x=1.9"),
    Case("2**x", "2**x", "x=2.5"),
    Case("2**-x", "2**(-x)", "x=2.5"),
    Case("x**-2", "x**(-2)", "x=1.25"),
    Case("x**0.5", "sqrt(x)", "x=6.5"),
    Case("x**(1/3)", "x**Rational(1, 3)", "x=6.5"),
    Case("2**3**2", "512"),
    Case("x**y", "x**y", "x=1.7 y=2.3"),
    Case("x**y**2", "x**(y**2)", "x=1.2 y=1.5"),
    Case("(x**2 + 1)**3", "(x**2 + 1)**3", "x=0.8"),
    Case("(x**2 + 1)**0.5", "sqrt(x**2 + 1)", "x=0.8"),
    Case("x**3*y**2", "x**3*y**2", "x=1.2 y=-3"),
    Case("4*x**3 - 3*x**2*y + y**3", "4*x**3 - 3*x**2*y + y**3", "x=1.2 y=0.5"),
    Case("(x-y)**2/(x+y)**2", "(x - y)**2/(x + y)**2", "x=3 y=1.2"),
    Case("sin(x)**2", "sin(x)**2", "x=0.7"),
    Case("1 - cos(x)**2", "1 - cos(x)**2", "x=0.7"),
    Case("exp(-x**2)", "exp(-(x**2))", "x=0.85"),
    Case("x*exp(-x**2/2)", "x*exp(-(x**2)/2)", "x=1.35"),
    Case("sqrt(x**2 + y**2)", "sqrt(x**2 + y**2)", "x=1.5 y=2"),
    Case("log(1 + x**2)", "log(1 + x**2)", "x=2.2"),
    Case("1/(1 + x**4)", "1/(1 + x**4)", "x=0.95"),
    Case("(1 + 1/n)**n", "(1 + 1/n)**n", "n=12.5"),
    Case("0.5*m*v**2", "m*v**2/2", "m=3 v=12.5"),
    Case("a*r**(n-1)", "a*r**(n - 1)", "a=5 r=1.1 n=7"),
    Case("x**2^3", "x**(2**3)", "x=1.1"),
    Case("2x**2 - 3x", "2*(x**2) - 3*x", "x=1.15"),
    Case("-5*x**2*-y", "5*x**2*y", "x=1.15 y=2"),
    Case("(a**2 + b**2 - c**2)/(2*a*b)", "(a**2 + b**2 - c**2)/(2*a*b)", "a=3 b=4 c=5.5"),
    Case("x**2 - 4*x*y + 4*y**2", "(x - 2*y)**2", "x=3 y=1"),
    Case("(x1 - x2)**2 + (y1 - y2)**2", "(x1 - x2)**2 + (y1 - y2)**2", "x1=1 x2=4.5 y1=2 y2=-1"),
    Case("x**4/4 - x**2/2", "x**4/4 - x**2/2", "x=-1.4"),
    Case("tanh(x)**2", "tanh(x)**2", "x=0.55"),
]

CONSTANT_E = [
    Case("e^x", "exp(x)", "x=1.5"),
    Case("e^(2*x)", "exp(2*x)", "x=0.6"),
    Case("e^(2x)", "exp(2*x)", "x=0.7"),
    Case("e^-x", "exp(-x)", "x=1.5"),
    Case("e^(-x)", "exp(-x)", "x=0.5"),
    Case("2e^(-x)", "2*exp(-x)", "x=0.8"),
    Case("2e^x", "2*exp(x)", "x=0.8"),
    Case("3 e^(2x)", "3*exp(2*x)", "x=0.3"),
    Case("e^(-x^2/2)", "exp(-(x**2)/2)", "x=1.1"),
    Case("e^(-x^2)", "exp(-(x**2))", "x=0.9"),
    Case("e^-x^2", "exp(-(x**2))", "x=0.65"),
    Case("x e^x", "x*exp(x)", "x=1.2"),
    Case("x*e^x", "x*exp(x)", "x=-0.6"),
    Case("x e^(-x)", "x*exp(-x)", "x=2.2"),
    Case("x^2 e^x", "(x**2)*exp(x)", "x=0.9"),
    Case("x^2e^x", "(x**2)*exp(x)", "x=1.9"),
    Case("x^2*e^(-x)", "x**2*exp(-x)", "x=2.6"),
    Case("e^x*sin(x)", "exp(x)*sin(x)", "x=0.75"),
    Case("e^x sin(y)", "exp(x)*sin(y)", "x=0.75 y=1.2"),
    Case("e^(-x)cos(2x)", "exp(-x)*cos(2*x)", "x=0.45"),
    Case("e^-x sin(x)", "exp(-x)*sin(x)", "x=1.45"),
    Case("e^(x*y)", "exp(x*y)", "x=0.5 y=1.5"),
    Case("e^(x y)", "exp(x*y)", "x=0.25 y=1.5"),
    Case("e^(x+y) - e^(x-y)", "exp(x + y) - exp(x - y)", "x=0.5 y=0.3"),
    Case("(e^x - e^(-x))/2", "(exp(x) - exp(-x))/2", "x=0.85"),
    Case("(e^x - e^-x)/(e^x + e^-x)", "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "x=0.45"),
    Case("e^x/(1+e^x)", "exp(x)/(1 + exp(x))", "x=0.35"),
    Case("1/(1+e^(-x))", "1/(1 + exp(-x))", "x=-0.7"),
    Case("1/(1+e^-(w*x+b))", "1/(1 + exp(-(w*x + b)))", "w=0.5 x=2 b=-0.3"),
    Case("e^sin(x)", "exp(sin(x))", "x=1.05"),
    Case("e^(e^x)", "exp(exp(x))", "x=0.4"),
    Case("e^e^x", "exp(exp(x))", "x=0.2"),
    Case("e^(1/x)", "exp(1/x)", "x=1.6"),
    Case("x^e", "x**exp(1)", "x=1.4"),
    Case("e*x", "exp(1)*x", "x=1.4"),
    Case("e^x + x^e", "exp(x) + x**exp(1)", "x=1.1"),
    Case("e**x", "exp(x)", "x=0.95"),
    Case("e**(-x**2)", "exp(-(x**2))", "x=0.55"),
    Case("5e^(0.1t)", "5*exp(t/10)", "t=8"),
    Case("100*e^(-0.05*t)", "100*exp(-t/20)", "t=12"),
    Case("A e^(-k t)", "A*exp(-k*t)", "A=4.5 k=0.3 t=2"),
    Case("-2*e^(-3*x) + 4*e^(2*x)", "-2*exp(-3*x) + 4*exp(2*x)", "x=0.15"),
    Case("ln(1 + e^x)", "log(1 + exp(x))", "x=0.65"),
    Case("e^2*x", "exp(2)*x", "x=0.65"),
    Case("e*V", "e*V", "e=1.6 V=12"),
]

BRACKETS = [
    Case("2[x+1]", "2*(x + 1)", "x=0.4"),
    Case("[x+1]/[x-2]", "(x + 1)/(x - 2)", "x=3.5"),
    Case("{x+1}/{x-1}", "(x + 1)/(x - 1)", "x=2.5"),
    Case("e^{2x}", "exp(2*x)", "x=0.55"),
    Case("x^{3}", "x**3", "x=1.7"),
    Case("x^{-2} + 3", "x**(-2) + 3", "x=1.7"),
    Case("[x + y]*[x - y]", "(x + y)*(x - y)", "x=2.5 y=1.2"),
    Case("[(x+1)*(x-1)]^2", "((x + 1)*(x - 1))**2", "x=1.6"),
    Case("2*[3*(x+1) - 4]", "2*(3*(x + 1) - 4)", "x=1.3"),
    Case("{2*[3*(x+1) - 4] + y}^2", "(2*(3*(x + 1) - 4) + y)**2", "x=0.6 y=1.1"),
    Case("[x^2 + 1]^(1/2)", "sqrt(x**2 + 1)", "x=1.45"),
    Case("e^[-x]", "exp(-x)", "x=0.35"),
    Case("3{x-2}(x+1)", "3*(x - 2)*(x + 1)", "x=2.8"),
    Case("[2x+1][x-3]", "(2*x + 1)*(x - 3)", "x=4.5"),
    Case("{x}^{2} + {y}^{2}", "x**2 + y**2", "x=1.5 y=0.5"),
    Case("-[x - 4*y]", "4*y - x", "x=1.5 y=0.5"),
    Case("[sin(x) + cos(x)]^2", "(sin(x) + cos(x))**2", "x=0.7"),
    Case("1/[1 + e^{-x}]", "1/(1 + exp(-x))", "x=0.15"),
    Case(
        "e^{-t/2}*[A*cos(3*t) + B*sin(3*t)]",
        "exp(-t/2)*(A*cos(3*t) + B*sin(3*t))",
        "A=1.5 B=-2 t=0.8",
    ),
    Case("Vmax*[S]/(Km + [S])", "Vmax*S/(Km + S)", "Vmax=10 Km=2.5 S=4"),
    Case("a^{n+1}/{n+1}", "a**(n + 1)/(n + 1)", "a=1.4 n=2.5"),
    Case("2^{x}*3^{y}", "2**x*3**y", "x=1.5 y=0.5"),
]

TRIGONOMETRY = [
    Case("sin(x)", "sin(x)", "x=0.5"),
    Case("cos(x*y)", "cos(x*y)", "x=0.5 y=1.5"),
    Case("tan(x)", "tan(x)", "x=0.8"),
    Case("sin(x^2)", "sin(x**2)", "x=1.1"),
    Case("sin(x)^2", "sin(x)**2", "x=1.1"),
    Case("sin^2(x)", "sin(x)**2", "x=1.3"),
    Case("cos^3(2x)", "cos(2*x)**3", "x=0.4"),
    Case("sin^2(x) + cos^2(x)", "sin(x)**2 + cos(x)**2", "x=0.77"),
    Case("cos^2(x) - sin^2(x)", "cos(x)**2 - sin(x)**2", "x=0.77"),
    Case("tan^2(x) + 1", "tan(x)**2 + 1", "x=0.6"),
    Case("sin^2(x)cos^2(x)", "sin(x)**2*cos(x)**2", "x=0.9"),
    Case("x sin^2(3x)", "x*sin(3*x)**2", "x=0.35"),
    Case("1 - 2*sin^2(x/2)", "1 - 2*sin(x/2)**2", "x=1.8"),
    Case("3*cos(2*x) - 4*sin(x)", "3*cos(2*x) - 4*sin(x)", "x=0.95"),
    Case("sin(x)*cos(y) + cos(x)*sin(y)", "sin(x)*cos(y) + cos(x)*sin(y)", "x=0.4 y=1.1"),
    Case("sin(x+y)", "sin(x + y)", "x=0.4 y=1.1"),
    Case("sin(cos(x))", "sin(cos(x))", "x=0.6"),
    Case("sin(2*pi*x)", "sin(2*pi*x)", "x=0.3"),
    Case("cos(pi*x/4)", "cos(pi*x/4)", "x=1.3"),
    Case("sin(2pi x)", "sin(2*pi*x)", "x=0.15"),
    Case("sec(x) + csc(x)", "1/cos(x) + 1/sin(x)", "x=0.7"),
    Case("cot(x)", "cos(x)/sin(x)", "x=0.7"),
    Case("sec(x)^2 - tan(x)^2", "1/cos(x)**2 - tan(x)**2", "x=0.5"),
    Case("csc(x)cot(x)", "(1/sin(x))*(cos(x)/sin(x))", "x=1.2"),
    Case("sin(x)/x", "sin(x)/x", "x=1.7"),
    Case("(1 - cos(x))/x^2", "(1 - cos(x))/x**2", "x=0.9"),
    Case("sinc(x)", "sin(x)/x", "x=2.1"),
    Case("x*cos(1/x)", "x*cos(1/x)", "x=0.7"),
    Case("a*sin(b*x + c) + d", "a*sin(b*x + c) + d", "a=2 b=3 c=0.5 d=1 x=0.4"),
    Case("sqrt(1 - sin(x)^2)", "sqrt(1 - sin(x)**2)", "x=0.8"),
    Case("sin(x)/(1 + cos(x))", "sin(x)/(1 + cos(x))", "x=1.1"),
    Case("sin(3*x)*e^(-x)", "sin(3*x)*exp(-x)", "x=0.5"),
    Case("cos(x)^x", "cos(x)**x", "x=0.65"),
]

INVERSE_TRIGONOMETRY = [
    Case("arcsin(x)", "asin(x)", "x=0.4"),
    Case("asin(x)", "asin(x)", "x=-0.6"),
    Case("arccos(x/2)", "acos(x/2)", "x=0.9"),
    Case("acos(x)", "acos(x)", "x=0.35"),
    Case("arctan(x^2)", "atan(x**2)", "x=1.3"),
    Case("atan(y/x)", "atan(y/x)", "x=1.5 y=2"),
    Case("atan2(y, x)", "atan2(y, x)", "x=-1.5 y=2"),
    Case("x*atan(x) - ln(1+x^2)/2", "x*atan(x) - log(1 + x**2)/2", "x=0.85"),
    Case("x arcsin(x) + sqrt(1-x^2)", "x*asin(x) + sqrt(1 - x**2)", "x=0.55"),
    Case("acot(x)", "atan(1/x)", "x=1.6"),
    Case("acot(-x)", "-atan(1/x)", "x=0.7"),
    Case("asec(x)", "acos(1/x)", "x=1.8"),
    Case("acsc(x)", "asin(1/x)", "x=2.4"),
    Case("sin(arccos(x))", "sqrt(1 - x**2)", "x=0.3"),
    Case("4*arctan(1/5) - arctan(1/239) + x", "pi/4 + x", "x=0.5"),
]

HYPERBOLIC = [
    Case("sinh(x)", "(exp(x) - exp(-x))/2", "x=0.9"),
    Case("cosh(x)", "(exp(x) + exp(-x))/2", "x=1.3"),
    Case("tanh(x)", "sinh(x)/cosh(x)", "x=0.6"),
    Case("cosh(x)^2 - sinh(x)^2", "1 + 0*x", "x=1.1"),
    Case("cosh^2(x) + sinh^2(x)", "cosh(2*x)", "x=0.45"),
    Case("a*cosh(x/a)", "a*cosh(x/a)", "a=2.5 x=1.5"),
    Case("sech(x)", "1/cosh(x)", "x=0.75"),
    Case("csch(x)", "1/sinh(x)", "x=1.75"),
    Case("coth(2x)", "cosh(2*x)/sinh(2*x)", "x=0.4"),
    Case("asinh(x)", "log(x + sqrt(x**2 + 1))", "x=1.6"),
    Case("acosh(x)", "log(x + sqrt(x**2 - 1))", "x=1.9"),
    Case("atanh(x)", "log((1 + x)/(1 - x))/2", "x=0.35"),
    Case("x*tanh(x) - ln(cosh(x))", "x*tanh(x) - log(cosh(x))", "x=0.95"),
    Case("sinh(x)*cos(y)", "sinh(x)*cos(y)", "x=0.5 y=1.2"),
    Case("2sinh(x)cosh(x)", "sinh(2*x)", "x=0.85"),
]

LOGARITHMS = [
    Case("ln(x)", "log(x)", "x=3.5"),
    Case("log(x)", "log(x)", "x=0.35"),
    Case("log(x, 10)", "log(x)/log(10)", "x=250"),
    Case("log(x, b)", "log(x)/log(b)", "x=25 b=3"),
    Case("log10(x)", "log(x)/log(10)", "x=0.02"),
    Case("log2(x)", "log(x)/log(2)", "x=10"),
    Case("ln(x^2 + 1)", "log(x**2 + 1)", "x=-1.3"),
    Case("ln(x)^2", "log(x)**2", "x=2.7"),
    Case("ln(ln(x))", "log(log(x))", "x=4.5"),
    Case("ln(x)/x", "log(x)/x", "x=1.9"),
    Case("x^2*ln(x)", "x**2*log(x)", "x=1.9"),
    Case("ln((1+x)/(1-x))", "log((1 + x)/(1 - x))", "x=0.45"),
    Case("ln(x*y) - ln(x) + 2*ln(y)", "3*log(y) + 0*x", "x=2.5 y=1.5"),
    Case("log(1/x)", "-log(x)", "x=6.5"),
    Case("ln(sin(x))", "log(sin(x))", "x=0.8"),
    Case("x^x", "exp(x*log(x))", "x=1.7"),
    Case("x^(1/x)", "exp(log(x)/x)", "x=2.3"),
    Case("10*log10(P/P0)", "10*log(P/P0)/log(10)", "P=5 P0=0.02"),
    Case("log1p(x)", "log(1 + x)", "x=0.03"),
    Case("-ln(1 - x)", "-log(1 - x)", "x=0.6"),
]

ROOTS = [
    Case("sqrt(x)", "sqrt(x)", "x=7"),
    Case("sqrt(x^2 + y^2)", "sqrt(x**2 + y**2)", "x=1.2 y=-3.5"),
    Case("sqrt(1 - x^2)", "sqrt(1 - x**2)", "x=0.6"),
    Case("1/sqrt(x)", "1/sqrt(x)", "x=2.8"),
    Case("x*sqrt(x+1)", "x*sqrt(x + 1)", "x=2.8"),
    Case("sqrt(x + sqrt(x))", "sqrt(x + sqrt(x))", "x=2.8"),
    Case("cbrt(x)", "x**Rational(1, 3)", "x=5.5"),
    Case("cbrt(-x)", "-(x**Rational(1, 3))", "x=5.5"),
    Case("(x^2+1)^(1/3)", "(x**2 + 1)**Rational(1, 3)", "x=1.9"),
    Case("x^(2/3)", "x**Rational(2, 3)", "x=1.9"),
    Case("√x", "sqrt(x)", "x=3.3"),
    Case("√(x+1)", "sqrt(x + 1)", "x=3.3"),
    Case("2√x", "2*sqrt(x)", "x=4.3"),
    Case("√x + √y", "sqrt(x) + sqrt(y)", "x=4.3 y=0.6"),
    Case("1/√x", "1/sqrt(x)", "x=4.3"),
    Case("√x*y", "sqrt(x)*y", "x=4.3 y=0.6"),
    Case("x√y", "x*sqrt(y)", "x=4.3 y=0.6"),
    Case("√2*x", "sqrt(2)*x", "x=0.9"),
    Case("∛x", "x**Rational(1, 3)", "x=4.4"),
    Case("∛(x² + 1)", "(x**2 + 1)**Rational(1, 3)", "x=0.9"),
    Case("√(x² + y²)", "sqrt(x**2 + y**2)", "x=0.9 y=1.2"),
    Case("(√x + 1)^3", "(sqrt(x) + 1)**3", "x=0.9"),
    Case("-√(1 - x^2)", "-sqrt(1 - x**2)", "x=0.28"),
    Case("(-b + √(b^2 - 4*a*c))/(2*a)", "(-b + sqrt(b**2 - 4*a*c))/(2*a)", "a=2 b=-7 c=3.5"),
    Case("(-b - sqrt(b^2 - 4*a*c))/(2*a)", "(-b - sqrt(b**2 - 4*a*c))/(2*a)", "a=1 b=5 c=2"),
]

ABSOLUTE = [
    Case("|x|", "Abs(x)", "x=-2.5"),
    Case("|x - 3|", "Abs(x - 3)", "x=1.2"),
    Case("2|x|", "2*Abs(x)", "x=-0.7"),
    Case("x|y|", "x*Abs(y)", "x=1.5 y=-4"),
    Case("|x|/x", "Abs(x)/x", "x=-1.4"),
    Case("|x| + |y|", "Abs(x) + Abs(y)", "x=-1.4 y=2.6"),
    Case("|x*y|", "Abs(x*y)", "x=-1.4 y=2.6"),
    Case("|x^2 - 4|", "Abs(x**2 - 4)", "x=1.1"),
    Case("-|x|", "-Abs(x)", "x=-3.1"),
    Case("e^(-|x|)", "exp(-Abs(x))", "x=-0.9"),
    Case("ln(|x|)", "log(Abs(x))", "x=-2.2"),
    Case("√(|x|)", "sqrt(Abs(x))", "x=-2.2"),
    Case("|x|^3", "Abs(x)**3", "x=-1.2"),
    Case("|sin(x)|*x", "Abs(sin(x))*x", "x=-0.8"),
    Case("abs(x - abs(y))", "Abs(x - Abs(y))", "x=1.2 y=-3"),
    Case("abs(x)*x", "Abs(x)*x", "x=-1.7"),
    Case("1/(1 + |x|)^2", "1/(1 + Abs(x))**2", "x=-0.35"),
]

FACTORIAL = [
    Case("5!", "120"),
    Case("x^3/3!", "x**3/6", "x=1.7"),
    Case("x - x^3/3! + x^5/5!", "x - x**3/6 + x**5/120", "x=1.1"),
    Case("1 + x + x^2/2! + x^3/3! + x^4/4!", "1 + x + x**2/2 + x**3/6 + x**4/24", "x=0.9"),
    Case("5!/(3!*2!)*p^3*(1-p)^2", "10*p**3*(1 - p)**2", "p=0.4"),
    Case("λ^4*e^(-λ)/4!", "λ**4*exp(-λ)/24", "λ=2.5"),
    Case("10!*x", "3628800*x", "x=0.001"),
    Case("1 - x^2/2! + x^4/4! - x^6/6!", "1 - x**2/2 + x**4/24 - x**6/720", "x=1.2"),
]

REMAINDER = [
    Case("mod(a, b)", "a - 2*b", "a=7.5 b=3"),
    Case("a mod b", "a - 3*b", "a=11.5 b=3"),
    Case("mod(a, b) + 1", "a + 2*b + 1", "a=-5 b=3.1"),
    Case("(a mod 3)*x", "(a - 6)*x", "a=7.25 x=2"),
    Case("x - floor(x)", "x - 2", "x=2.7"),
    Case("ceil(x)*y", "3*y + 0*x", "x=2.2 y=1.5"),
    Case("round(x) + x^2", "3 + x**2", "x=2.7"),
    Case("sign(x)*x^2", "-x**2", "x=-1.9"),
]

UNICODE = [
    Case("3 × x", "3*x", "x=1.4"),
    Case("x × y − z", "x*y - z", "x=1.4 y=2 z=0.5"),
    Case("x · y", "x*y", "x=1.4 y=-2"),
    Case("x ⋅ y + 1", "x*y + 1", "x=1.4 y=-2"),
    Case("x ÷ y", "x/y", "x=1.4 y=0.8"),
    Case("(x + 1) ÷ (x − 1)", "(x + 1)/(x - 1)", "x=1.4"),
    Case("−x²", "-(x**2)", "x=1.4"),
    Case("3 × −x", "-3*x", "x=1.6"),
    Case("x² + y²", "x**2 + y**2", "x=1.4 y=-2"),
    Case("x³ − 2x² + x", "x**3 - 2*x**2 + x", "x=1.4"),
    Case("(x + 1)² − (x − 1)²", "4*x", "x=1.4"),
    Case("x²y", "(x**2)*y", "x=1.4 y=-2"),
    Case("2x²y³", "2*(x**2)*(y**3)", "x=1.4 y=-2"),
    Case("x⁴ − 3x²", "x**4 - 3*x**2", "x=1.2"),
    Case("sin²(θ) + θ", "sin(θ)**2 + θ", "θ=0.6"),
    Case("2π", "2*pi"),
    Case("π*r²", "pi*r**2", "r=2.5"),
    Case("2π r", "2*pi*r", "r=2.5"),
    Case("(4/3)π r³", "Rational(4, 3)*pi*r**3", "r=1.5"),
    Case("sin(π x/2)", "sin(pi*x/2)", "x=0.4"),
    Case("r cos(θ)", "r*cos(θ)", "r=2 θ=0.7"),
    Case("sin(2θ) − 2 sin(θ)", "sin(2*θ) - 2*sin(θ)", "θ=0.9"),
    Case("α x + β y + γ", "α*x + β*y + γ", "α=0.5 β=-1.5 γ=2 x=3 y=0.7"),
    Case("σ(x)", "1/(1 + exp(-x))", "x=0.4"),
    Case("σ(w·x + b)", "1/(1 + exp(-(w*x + b)))", "w=1.5 x=-0.6 b=0.2"),
    Case("σ(x)(1 − σ(x))", "(1/(1 + exp(-x)))*(1 - 1/(1 + exp(-x)))", "x=0.9"),
    Case("w₀ + w₁*x", "w0 + w1*x", "w0=0.5 w1=-2 x=1.5"),
    Case("x₁ x₂ + x₂ x₃", "x1*x2 + x2*x3", "x1=1.5 x2=2 x3=-0.5"),
    Case("(x₁ − x₂)² + (y₁ − y₂)²", "(x1 - x2)**2 + (y1 - y2)**2", "x1=1 x2=3 y1=0.5 y2=2"),
    Case("w_0 + w0", "w_0 + w0", "w_0=0.25 w0=4"),
    Case("Φ((x − μ)/s)", "(1 + erf((x - μ)/(s*sqrt(2))))/2", "x=1.5 μ=1 s=0.8"),
    Case("e^(−x²/2)/√(2π)", "exp(-(x**2)/2)/sqrt(2*pi)", "x=0.7"),
    Case("Δv/Δt", "Δv/Δt", "Δv=12 Δt=2.5"),
    Case("1 ÷ 2 × x", "x/2", "x=5"),
]

PROGRAMS = [
    Case("q = x + y; f = q*z", "(x + y)*z", "x=-2 y=5 z=-4"),
    Case("q = x + y\nf = q*z", "(x + y)*z", "x=1.5 y=-4 z=3"),
    Case("q = x + y\nq*z", "(x + y)*z", "x=0.5 y=2 z=-1"),
    Case("a = x^2; b = 3a; c = b + x; c*a", "(3*x**2 + x)*x**2", "x=1.3"),
    Case("u = 2x + 1\nv = u^3\ny = ln(v)", "3*log(2*x + 1)", "x=0.8"),
    Case("u = sin(x); u^2 + 3*u", "sin(x)**2 + 3*sin(x)", "x=0.6"),
    Case(
        "# the classic example\nq = x + y   # add gate\nf = q*z     # multiply gate\n",
        "(x + y)*z",
        "x=3 y=-4.5 z=2",
    ),
    Case("x*y # product", "x*y", "x=3 y=-4.5"),
    Case("\n\nx^2 + y\n\n", "x**2 + y", "x=3 y=-4.5"),
    Case("t = x*y;\nt + t^2", "x*y + (x*y)**2", "x=0.5 y=3"),
    Case(
        "s = a + b + c; A = s/2; √(A*(A-a)*(A-b)*(A-c))",
        "sqrt((a + b + c)*(-a + b + c)*(a - b + c)*(a + b - c))/4",
        "a=5 b=6 c=7",
    ),
    Case(
        "D = b^2 - 4*a*c\nx1 = (-b + sqrt(D))/(2*a)\nx2 = (-b - sqrt(D))/(2*a)\nx1 - x2",
        "sqrt(b**2 - 4*a*c)/a",
        "a=2 b=9 c=3",
    ),
    Case(
        "z = w*x + b\na = 1/(1 + e^(-z))\nL = (a - y)^2",
        "(1/(1 + exp(-(w*x + b))) - y)**2",
        "w=0.8 x=1.5 b=-0.4 y=1",
    ),
    Case(
        "h1 = max(0, w1*x + b1)\nh2 = max(0, w2*x + b2)\nv1*h1 + v2*h2 + c",
        "v1*(w1*x + b1) + c + 0*(w2 + b2 + v2)",
        "w1=0.5 x=2 b1=0.25 w2=-1 b2=0.5 v1=3 v2=-2 c=0.1",
    ),
    Case(
        "h1 = tanh(w1 x + b1)\nh2 = tanh(w2 h1 + b2)\nL = (h2 - t)^2/2",
        "(tanh(w2*tanh(w1*x + b1) + b2) - t)**2/2",
        "w1=0.7 x=1.2 b1=-0.1 w2=-1.4 b2=0.3 t=0.5",
    ),
    Case("x = 3; x^2*y", "9*y", "y=1.25"),
    Case("a = x*y; b = a + x; b/a", "(y + 1)/y", "x=2 y=3"),
    Case("E = m*c^2; c = 3; E/2", "9*m/2", "m=1.5"),
    Case("a = 1 + x; b = 1/a; c = 1 + b; 1/c", "(1 + x)/(2 + x)", "x=0.45"),
    Case("x2 = x*x; x4 = x2*x2; x8 = x4*x4; x8 - x2", "x**8 - x**2", "x=1.15"),
    Case(
        "m = (a + b + c)/3\nv = ((a-m)^2 + (b-m)^2 + (c-m)^2)/3\n√v",
        "sqrt((a**2 + b**2 + c**2)/3 - ((a + b + c)/3)**2)",
        "a=1 b=2.5 c=6",
    ),
    Case("θ = pi/6; v₀*sin(θ)", "v0/2", "v0=12"),
    Case("num = e^x - 1; den = e^x + 1; num/den", "tanh(x/2)", "x=0.85"),
    Case(
        "d = sqrt(x^2 + y^2 + z^2); k*q/d", "k*q/sqrt(x**2 + y**2 + z**2)", "k=9 q=2 x=1 y=2 z=2.5"
    ),
    Case("pi = 3; pi*r^2", "3*r**2", "r=2.5"),
]

FUNCTIONS = [
    Case("s(u) = 1/(1+exp(-u))\ns(w*x + b)", "1/(1 + exp(-(w*x + b)))", "w=2 x=-1 b=0.5"),
    Case("f(t) = t^2 + 1; f(x) + f(y)", "x**2 + y**2 + 2", "x=1.5 y=-2"),
    Case("f(t) = t^2; f(f(x))", "x**4", "x=1.3"),
    Case("f(t) = 3t - 1; g(t) = t^2; g(f(x)) - f(g(x))", "(3*x - 1)**2 - (3*x**2 - 1)", "x=0.7"),
    Case("f(a, b) = a*b + a; f(x, y)*f(y, x)", "(x*y + x)*(x*y + y)", "x=0.7 y=1.9"),
    Case("sq(a) = a*a\nsq(x - m)/(2*sq(s))", "(x - m)**2/(2*s**2)", "x=2.5 m=1 s=0.75"),
    Case("g(t) = sin(t)/t; g(x^2)", "sin(x**2)/x**2", "x=1.2"),
    Case("f(x) = x^2 + 1\nf(2x)", "4*x**2 + 1", "x=1.2"),
    Case(
        "f(t) = e^(-t^2); (f(x+h) - f(x-h))/(2h)",
        "(exp(-((x + h)**2)) - exp(-((x - h)**2)))/(2*h)",
        "x=0.6 h=0.1",
    ),
    Case("line(t) = m t + c; line(2) + line(x)", "m*(2 + x) + 2*c", "m=1.5 c=-0.5 x=4"),
    Case("f(t) = t^3; f(2)", "8"),
    Case("dist(a, b) = sqrt(a^2 + b^2); r = dist(x, y); 1/r", "1/sqrt(x**2 + y**2)", "x=3 y=1"),
]

PIECEWISE = [
    Case("if(x > 0, x^2, -x)", "x**2", "x=1.7"),
    Case("if(x > 0, x^2, -3*x)", "-3*x", "x=-1.7"),
    Case("if(x >= 2, 3*x - 1, x^2 + 1)", "Piecewise((3*x - 1, x >= 2), (x**2 + 1, True))", "x=2.5"),
    Case("if(x < y, y - x, x - y)", "y - x", "x=0.5 y=2"),
    Case("if(x <= 1, sin(x), cos(x))", "Piecewise((sin(x), x <= 1), (cos(x), True))", "x=1.4"),
    Case("if(x > 0, ln(x), 0)", "0*x", "x=-2"),
    Case("if(x != 0, sin(x)/x, 1)", "sin(x)/x", "x=0.8"),
    Case("if(x == 0, 1, (e^x - 1)/x)", "(exp(x) - 1)/x", "x=0.8"),
    Case("if(x > 1, a, b)*x", "a*x + 0*b", "x=1.5 a=2 b=7"),
    Case(
        "if(x < 0, -1, if(x < 1, x^2, 2x - 1))",
        "Piecewise((-1, x < 0), (x**2, x < 1), (2*x - 1, True))",
        "x=0.6",
    ),
    Case("2*if(x > 0, x, 0.1*x) + 1", "1 + x/5", "x=-3"),
    Case("if(x^2 + y^2 < 1, x*y, x + y)", "x*y", "x=0.5 y=-0.6"),
    Case("if(I <= 10000, 0.1*I, 1000 + 0.2*(I - 10000))", "1000 + (I - 10000)/5", "I=23500"),
    Case("where(x > 0, sqrt(x), 0)", "sqrt(x)", "x=3.4"),
]

MAXIMUM = [
    Case("max(x, y)", "Max(x, y)", "x=1.5 y=-2"),
    Case("min(x, y)", "Min(x, y)", "x=1.5 y=-2"),
    Case("max(0, x)", "Max(0, x)", "x=-0.4"),
    Case("max(0, 1 - y*(w*x + b))", "1 - y*(w*x + b)", "w=0.5 x=1 b=0.2 y=-1"),
    Case("max(x, y, z)*min(x, y)", "y*x + 0*z", "x=1.5 y=2.5 z=-3"),
    Case("2*max(x*y, z) + 3", "2*z + 3 + 0*x*y", "x=3 y=-4 z=2"),
    Case("min(x^2, 4)", "x**2", "x=-1.6"),
    Case("max(z, w) + x*y", "Max(z, w) + x*y", "x=3 y=-4 z=2 w=-1"),
    Case("clamp(x, 0, 1)*y", "x*y", "x=0.35 y=6"),
    Case("max(-x, x)", "-x", "x=-2.25"),
]

PHYSICS = [
    Case("v0*t + 1/2*a*t^2", "v0*t + a*t**2/2", "v0=3 t=2.5 a=-9.81"),
    Case("v_0 t - 0.5 g t^2", "v_0*t - g*t**2/2", "v_0=20 t=1.5 g=9.81"),
    Case("x₀ + v₀ t + (1/2)a t²", "x0 + v0*t + a*t**2/2", "x0=1 v0=4 t=2 a=1.5"),
    Case("sqrt(u^2 + 2*a*s)", "sqrt(u**2 + 2*a*s)", "u=3 a=2 s=5.5"),
    Case("v^2*sin(2*θ)/g", "v**2*sin(2*θ)/g", "v=15 θ=0.7 g=9.81"),
    Case(
        "x*tan(θ) - g*x^2/(2*v^2*cos(θ)^2)",
        "x*tan(θ) - g*x**2/(2*v**2*cos(θ)**2)",
        "x=4 θ=0.9 g=9.81 v=12",
    ),
    Case("m g h + 0.5 m v^2", "m*g*h + m*v**2/2", "m=2 g=9.8 h=3 v=4.5"),
    Case("G*m1*m2/r^2", "G*m1*m2/r**2", "G=6.674e-11 m1=5.97e24 m2=70 r=6.371e6"),
    Case("-G*M*m/r", "-G*M*m/r", "G=6.674e-11 M=1.989e30 m=5.97e24 r=1.496e11"),
    Case("2*pi*sqrt(L/g)", "2*pi*sqrt(L/g)", "L=1.2 g=9.81"),
    Case("2π√(m/k)", "2*pi*sqrt(m/k)", "m=0.5 k=20"),
    Case("A*cos(ω*t + φ)", "A*cos(ω*t + φ)", "A=0.3 ω=4 t=0.7 φ=0.5"),
    Case("A e^(-b t/(2m)) cos(ω t)", "A*exp(-b*t/(2*m))*cos(ω*t)", "A=2 b=0.3 t=1.5 m=0.8 ω=5"),
    Case("m c^2/√(1 - v²/c²)", "m*c**2/sqrt(1 - v**2/c**2)", "m=2 c=3 v=1.8"),
    Case("1/sqrt(1 - v^2/c^2)", "1/sqrt(1 - v**2/c**2)", "v=2.4e8 c=3e8"),
    Case("(u + v)/(1 + u*v/c^2)", "(u + v)/(1 + u*v/c**2)", "u=0.5 v=0.7 c=1"),
    Case("1/(1/f - 1/d)", "1/(1/f - 1/d)", "f=5 d=12.5"),
    Case("(n-1)*(1/R1 - 1/R2)", "(n - 1)*(1/R1 - 1/R2)", "n=1.52 R1=10 R2=-15"),
    Case("arcsin(n1*sin(θ)/n2)", "asin(n1*sin(θ)/n2)", "n1=1 θ=0.6 n2=1.33"),
    Case("asin(m*lambda/d)", "asin(m*lambda_/d)", "m=2 lambda=5e-7 d=2e-6"),
    Case("1/(1/R1 + 1/R2 + 1/R3)", "1/(1/R1 + 1/R2 + 1/R3)", "R1=100 R2=220 R3=470"),
    Case("V0*e^(-t/(R*C))", "V0*exp(-t/(R*C))", "V0=9 t=0.02 R=1000 C=4.7e-5"),
    Case("V*(1 - e^(-t/tau))", "V*(1 - exp(-t/tau))", "V=5 t=1.5 tau=2.2"),
    Case(
        "V/sqrt(R^2 + (ω*L - 1/(ω*C))^2)",
        "V/sqrt(R**2 + (ω*L - 1/(ω*C))**2)",
        "V=10 R=50 ω=400 L=0.2 C=2e-5",
    ),
    Case("V^2/R", "V**2/R", "V=12 R=47"),
    Case("I^2 R t", "I**2*R*t", "I=1.5 R=47 t=60"),
    Case("k q₁ q₂/r²", "k*q1*q2/r**2", "k=8.99e9 q1=1e-6 q2=-2e-6 r=0.25"),
    Case("E^2*r/(R + r)^2", "E**2*r/(R + r)**2", "E=6 r=2 R=3.5"),
    Case("σ*A*T^4", "σ*A*T**4", "σ=5.67e-8 A=1.5 T=300"),
    Case("h*c/(λ*k*T)", "h*c/(λ*k*T)", "h=6.626e-34 c=3e8 λ=5e-7 k=1.38e-23 T=5800"),
    Case("x^3/(e^x - 1)", "x**3/(exp(x) - 1)", "x=2.8"),
    Case("m*v^2/r - m*g*cos(θ)", "m*v**2/r - m*g*cos(θ)", "m=1.5 v=4 r=2 g=9.81 θ=0.4"),
    Case("(m1 - m2)*g/(m1 + m2)", "(m1 - m2)*g/(m1 + m2)", "m1=3 m2=1.8 g=9.81"),
    Case("(m1*v1 + m2*v2)/(m1 + m2)", "(m1*v1 + m2*v2)/(m1 + m2)", "m1=3 v1=2 m2=1.8 v2=-4"),
    Case(
        "mu*m*g*cos(theta) + m*g*sin(theta)",
        "mu*m*g*cos(theta) + m*g*sin(theta)",
        "mu=0.3 m=5 g=9.8 theta=0.5",
    ),
    Case("4*ε*((s/r)^12 - (s/r)^6)", "4*ε*(s**12/r**12 - s**6/r**6)", "ε=0.5 s=1.1 r=1.4"),
    Case(
        "D*(1 - e^(-a*(r - r_e)))^2", "D*(1 - exp(-a*(r - r_e)))**2", "D=4.5 a=1.9 r=1.1 r_e=0.74"
    ),
    Case("f*(c + v_r)/(c - v_s)", "f*(c + v_r)/(c - v_s)", "f=440 c=343 v_r=5 v_s=20"),
    Case("sqrt(2*g*h)*A", "sqrt(2*g*h)*A", "g=9.81 h=0.8 A=0.002"),
    Case("P + (1/2)ρ v² + ρ g h", "P + ρ*v**2/2 + ρ*g*h", "P=101325 ρ=1000 v=2.5 g=9.81 h=3"),
    Case("3.0e8/(2*0.15)*x", "1000000000*x", "x=1.5"),
]

CHEMISTRY = [
    Case("n*R*T/V", "n*R*T/V", "n=1.5 R=8.314 T=298 V=0.025"),
    Case("n R T/V", "n*R*T/V", "n=0.5 R=0.0821 T=310 V=12"),
    Case(
        "n*R*T/(V - n*b) - a*n^2/V^2",
        "n*R*T/(V - n*b) - a*n**2/V**2",
        "n=1 R=0.08314 T=300 V=2 b=0.0427 a=3.64",
    ),
    Case("A*e^(-Ea/(R*T))", "A*exp(-Ea/(R*T))", "A=1e13 Ea=75000 R=8.314 T=350"),
    Case("A*exp(-E/(R*T))", "A*exp(-E/(R*T))", "A=2.5e10 E=50000 R=8.314 T=298"),
    Case("-log10(H)", "-log(H)/log(10)", "H=3.2e-5"),
    Case("pKa + log10(A/HA)", "pKa + log(A/HA)/log(10)", "pKa=4.76 A=0.15 HA=0.1"),
    Case(
        "E0 - R*T/(n*F)*ln(Q)",
        "E0 - (R*T/(n*F))*log(Q)",
        "E0=1.1 R=8.314 T=298.15 n=2 F=96485 Q=0.01",
    ),
    Case("C0*e^(-k*t)", "C0*exp(-k*t)", "C0=0.8 k=0.035 t=20"),
    Case("1/(1/C0 + k*t)", "1/(1/C0 + k*t)", "C0=0.5 k=0.12 t=30"),
    Case("k*A^2*B", "k*A**2*B", "k=0.04 A=0.3 B=1.2"),
    Case("ln(2)/k", "log(2)/k", "k=0.0231"),
    Case("ΔH - T*ΔS", "ΔH - T*ΔS", "ΔH=-92.2 T=298 ΔS=-0.1987"),
    Case("-R*T*ln(K)", "-R*T*log(K)", "R=8.314 T=298.15 K=1.8e-5"),
    Case("(-Ka + sqrt(Ka^2 + 4*Ka*C))/2", "(-Ka + sqrt(Ka**2 + 4*Ka*C))/2", "Ka=1.8e-5 C=0.1"),
    Case("ε*l*c", "ε*l*c", "ε=6220 l=1 c=4.5e-5"),
    Case("m*c*(T2 - T1)", "m*c*(T2 - T1)", "m=0.25 c=4184 T1=20 T2=63.5"),
]

BIOLOGY = [
    Case("Vmax*S/(Km + S)", "Vmax*S/(Km + S)", "Vmax=12 Km=3 S=4.5"),
    Case(
        "V_max*S/(K_m*(1 + I/K_i) + S)",
        "V_max*S/(K_m*(1 + I/K_i) + S)",
        "V_max=12 K_m=3 S=4.5 I=2 K_i=0.8",
    ),
    Case(
        "K/(1 + ((K - P0)/P0)*e^(-r*t))",
        "K/(1 + ((K - P0)/P0)*exp(-r*t))",
        "K=1000 P0=50 r=0.3 t=6",
    ),
    Case("r*N*(1 - N/K)", "r*N*(1 - N/K)", "r=0.4 N=120 K=500"),
    Case("L/(1 + e^(-k*(t - c)))", "L/(1 + exp(-k*(t - c)))", "L=10 k=0.8 t=5 c=3"),
    Case("N0*2^(t/T)", "N0*2**(t/T)", "N0=100 t=7 T=2.5"),
    Case("S^n/(K^n + S^n)", "S**n/(K**n + S**n)", "S=3 n=2.5 K=2"),
    Case("β S I/N - γ I", "β*S*I/N - γ*I", "β=0.3 S=900 I=50 N=1000 γ=0.1"),
    Case("a*x - b*x*y", "a*x - b*x*y", "a=1.1 b=0.4 x=10 y=5"),
    Case("D/V*e^(-CL/V*t)", "(D/V)*exp(-(CL/V)*t)", "D=500 V=40 CL=5 t=3"),
    Case(
        "p^2*w11 + 2*p*q*w12 + q^2*w22",
        "p**2*w11 + 2*p*q*w12 + q**2*w22",
        "p=0.3 q=0.7 w11=1 w12=0.9 w22=0.4",
    ),
    Case("70*M^0.75", "70*M**Rational(3, 4)", "M=65"),
]

FINANCE = [
    Case("P*(1 + r/n)^(n*t)", "P*(1 + r/n)**(n*t)", "P=1000 r=0.05 n=12 t=3"),
    Case("P*(1 + r)^t", "P*(1 + r)**t", "P=2500 r=0.04 t=7.5"),
    Case("P e^(r t)", "P*exp(r*t)", "P=800 r=0.03 t=10"),
    Case("P*r*(1+r)^n/((1+r)^n - 1)", "P*r*(1 + r)**n/((1 + r)**n - 1)", "P=200000 r=0.004 n=360"),
    Case("C*(1 - (1+r)^-n)/r", "C*(1 - (1 + r)**(-n))/r", "C=500 r=0.02 n=24"),
    Case("C/r + F/(1+r)^n", "C/r + F/(1 + r)**n", "C=40 r=0.05 F=1000 n=10"),
    Case(
        "(ln(S/K) + (r + v^2/2)*T)/(v*√T)",
        "(log(S/K) + (r + v**2/2)*T)/(v*sqrt(T))",
        "S=105 K=100 r=0.02 v=0.25 T=0.5",
    ),
    Case(
        "S*Φ(d1) - K*e^(-r*T)*Φ(d2)",
        "S*(1 + erf(d1/sqrt(2)))/2 - K*exp(-r*T)*(1 + erf(d2/sqrt(2)))/2",
        "S=105 d1=0.4 K=100 r=0.02 T=0.5 d2=0.2",
    ),
    Case("ln(FV/PV)/ln(1 + r)", "log(FV/PV)/log(1 + r)", "FV=2000 PV=1200 r=0.06"),
    Case("A*L^a*K^(1-a)", "A*L**a*K**(1 - a)", "A=1.5 L=20 K=30 a=0.6"),
    Case("(a*x^ρ + (1-a)*y^ρ)^(1/ρ)", "(a*x**ρ + (1 - a)*y**ρ)**(1/ρ)", "a=0.4 x=2 y=3 ρ=0.5"),
    Case("p*(120 - 4p) - 3*(120 - 4p)", "(p - 3)*(120 - 4*p)", "p=14"),
]

STATISTICS = [
    Case("e^(-x^2/2)/sqrt(2*pi)", "exp(-(x**2)/2)/sqrt(2*pi)", "x=0.8"),
    Case(
        "1/(s*sqrt(2*pi))*e^(-(x-m)^2/(2*s^2))",
        "exp(-((x - m)**2)/(2*s**2))/(s*sqrt(2*pi))",
        "s=1.5 x=2.25 m=0.5",
    ),
    Case(
        "e^(-(x-μ)²/(2σ²))/(σ*√(2π))",
        "exp(-((x - μ)**2)/(2*σ**2))/(σ*sqrt(2*pi))",
        "x=2 μ=0.5 σ=1.25",
    ),
    Case(
        "exp(-((x-m)/s)**2/2)/(s*sqrt(2*pi))",
        "exp(-((x - m)/s)**2/2)/(s*sqrt(2*pi))",
        "x=1 m=0.25 s=0.9",
    ),
    Case("(x - μ)/σ", "(x - μ)/σ", "x=2 μ=0.5 σ=1.25"),
    Case("(xbar - mu)/(s/sqrt(n))", "(xbar - mu)/(s/sqrt(n))", "xbar=5.2 mu=5 s=0.8 n=25"),
    Case("lambda*e^(-lambda*x)", "lambda_*exp(-lambda_*x)", "lambda=0.7 x=1.4"),
    Case("1 - e^(-λ x)", "1 - exp(-λ*x)", "λ=0.7 x=1.4"),
    Case("p^k*(1-p)^(n-k)", "p**k*(1 - p)**(n - k)", "p=0.4 k=3 n=7"),
    Case("10p^3(1-p)^2", "10*(p**3)*((1 - p)**2)", "p=0.7"),
    Case("-p*log2(p) - (1-p)*log2(1-p)", "-(p*log(p) + (1 - p)*log(1 - p))/log(2)", "p=0.3"),
    Case(
        "p*ln(p/q) + (1-p)*ln((1-p)/(1-q))",
        "p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))",
        "p=0.3 q=0.45",
    ),
    Case("1/(pi*(1 + x^2))", "1/(pi*(1 + x**2))", "x=1.7"),
    Case(
        "k/λ*(x/λ)^(k-1)*e^(-(x/λ)^k)", "(k/λ)*(x/λ)**(k - 1)*exp(-((x/λ)**k))", "k=1.5 λ=2 x=1.3"
    ),
    Case(
        "x^(a-1)*e^(-x/b)/(gamma(a)*b^a)",
        "x**(a - 1)*exp(-x/b)/(gamma(a)*b**a)",
        "x=1.6 a=2.5 b=0.8",
    ),
    Case(
        "x^(a-1)*(1-x)^(b-1)/beta(a, b)",
        "x**(a - 1)*(1 - x)**(b - 1)*gamma(a + b)/(gamma(a)*gamma(b))",
        "x=0.35 a=2.5 b=3.5",
    ),
    Case("(1 + erf((x-μ)/(s*sqrt(2))))/2", "(1 + erf((x - μ)/(s*sqrt(2))))/2", "x=1.2 μ=1 s=0.7"),
    Case("Φ(z)", "(1 + erf(z/sqrt(2)))/2", "z=-1.3"),
    Case(
        "((y1-a-b*x1)^2 + (y2-a-b*x2)^2)/2",
        "((y1 - a - b*x1)**2 + (y2 - a - b*x2)**2)/2",
        "y1=2 y2=5 a=0.5 b=1.1 x1=1 x2=3.5",
    ),
    Case("|x - m|/b + ln(2b)", "(m - x)/b + log(2*b)", "x=0.4 m=1 b=0.8"),
    Case("TP*B/(TP*B + FP*(1-B))", "TP*B/(TP*B + FP*(1 - B))", "TP=0.95 B=0.01 FP=0.08"),
    Case("n*ln(λ) - λ*t", "n*log(λ) - λ*t", "n=12 λ=1.7 t=6.5"),
]

LEARNING = [
    Case(
        "1/(1+exp(-(w0*x0 + w1*x1 + w2)))",
        "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))",
        "w0=2 x0=-1 w1=-3 x1=-2 w2=-3",
    ),
    Case("sigmoid(w*x + b)", "1/(1 + exp(-(w*x + b)))", "w=0.7 x=-2 b=0.4"),
    Case("tanh(w1*x1 + w2*x2 + b)", "tanh(w1*x1 + w2*x2 + b)", "w1=-3 x1=2 w2=1 x2=0.5 b=6.2"),
    Case("relu(w*x + b)", "w*x + b", "w=0.7 x=2 b=0.4"),
    Case("relu(w x + b)", "0*w*x*b", "w=0.7 x=-2 b=0.4"),
    Case("leaky_relu(x)", "x/100", "x=-3"),
    Case("softplus(x)", "log(1 + exp(x))", "x=-0.8"),
    Case("silu(x)", "x/(1 + exp(-x))", "x=1.3"),
    Case("gelu(x)", "x*(1 + erf(x/sqrt(2)))/2", "x=-0.75"),
    Case("mish(x)", "x*tanh(log(1 + exp(x)))", "x=0.9"),
    Case("elu(x)", "exp(x) - 1", "x=-0.6"),
    Case("softsign(x)", "x/(1 + Abs(x))", "x=-0.6"),
    Case("logsigmoid(x)", "-log(1 + exp(-x))", "x=0.45"),
    Case("logit(p)", "log(p/(1 - p))", "p=0.8"),
    Case("(y - t)^2/2", "(y - t)**2/2", "y=0.7 t=1"),
    Case("(y - (w*x + b))^2", "(y - (w*x + b))**2", "y=2 w=0.5 x=3 b=-0.1"),
    Case("-(y*ln(p) + (1-y)*ln(1-p))", "-(y*log(p) + (1 - y)*log(1 - p))", "y=0.9 p=0.65"),
    Case(
        "-y*log(sigmoid(z)) - (1-y)*log(1-sigmoid(z))",
        "y*log(1 + exp(-z)) + (1 - y)*log(1 + exp(z))",
        "y=0.25 z=1.2",
    ),
    Case("ln(1 + e^(-y*(w*x + b)))", "log(1 + exp(-y*(w*x + b)))", "y=-1 w=0.8 x=1.1 b=0.3"),
    Case("e^a/(e^a + e^b + e^c)", "exp(a)/(exp(a) + exp(b) + exp(c))", "a=1 b=2 c=0.5"),
    Case(
        "-log(e^z1/(e^z1 + e^z2 + e^z3))",
        "log(exp(z1) + exp(z2) + exp(z3)) - z1",
        "z1=0.2 z2=-0.4 z3=1.3",
    ),
    Case("logaddexp(x, y)", "log(exp(x) + exp(y))", "x=0.4 y=1.3"),
    Case("0.5*(w1^2 + w2^2)*lambda", "(w1**2 + w2**2)*lambda_/2", "w1=1.5 w2=-0.5 lambda=0.01"),
    Case("w - lr*2*(w*x - y)*x", "w - 2*lr*(w*x - y)*x", "w=0.5 lr=0.1 x=2 y=3"),
    Case("v2*tanh(w2*tanh(w1*x))", "v2*tanh(w2*tanh(w1*x))", "v2=1.5 w2=-0.7 w1=0.9 x=1.1"),
    Case("w2*max(0, w1*x + b1) + b2", "w2*(w1*x + b1) + b2", "w2=-1.5 w1=2 x=0.75 b1=0.5 b2=1"),
    Case(
        "(x + σ(y))/(σ(x) + (x+y)^2)",
        "(x + 1/(1 + exp(-y)))/(1/(1 + exp(-x)) + (x + y)**2)",
        "x=3 y=-4",
    ),
    Case("f*c + i*g", "f*c + i*g", "f=0.9 c=-0.4 i=0.3 g=0.8"),
    Case("o*tanh(c)", "o*tanh(c)", "o=0.6 c=-0.35"),
    Case(
        "(1 - z)*h + z*tanh(w*x + u*r*h)",
        "(1 - z)*h + z*tanh(w*x + u*r*h)",
        "z=0.3 h=0.5 w=0.8 x=-1.1 u=0.6 r=0.7",
    ),
    Case(
        "(x - m)/sqrt(v + 1e-5)*g + b",
        "(x - m)/sqrt(v + Rational(1, 100000))*g + b",
        "x=1.5 m=0.5 v=0.8 g=1.2 b=-0.1",
    ),
    Case(
        "1 - (a1*b1 + a2*b2)/(√(a1² + a2²)*√(b1² + b2²))",
        "1 - (a1*b1 + a2*b2)/(sqrt(a1**2 + a2**2)*sqrt(b1**2 + b2**2))",
        "a1=1 a2=2 b1=2.5 b2=-1",
    ),
    Case(
        "e^(-γ*((x1-y1)^2 + (x2-y2)^2))",
        "exp(-γ*((x1 - y1)**2 + (x2 - y2)**2))",
        "γ=0.5 x1=1 y1=0.4 x2=-1 y2=0.2",
    ),
    Case("max(0, d_p - d_n + m)", "d_p - d_n + m", "d_p=1.4 d_n=1.1 m=0.2"),
    Case("-(1 - p)^g*ln(p)", "-((1 - p)**g)*log(p)", "p=0.7 g=2"),
    Case(
        "s(z) = 1/(1 + e^(-z)); a = s(w1 x + b1); y = s(w2 a + b2); (y - t)^2/2",
        "(1/(1 + exp(-(w2/(1 + exp(-(w1*x + b1))) + b2))) - t)**2/2",
        "w1=0.15 x=0.5 b1=0.35 w2=0.4 b2=0.6 t=0.01",
    ),
]

GEOMETRY = [
    Case("pi*r^2*h", "pi*r**2*h", "r=1.5 h=4"),
    Case("4/3*pi*r^3", "4*pi*r**3/3", "r=1.5"),
    Case("2*pi*r*(r + h)", "2*pi*r*(r + h)", "r=1.5 h=4"),
    Case("pi*r*(r + sqrt(h^2 + r^2))", "pi*r*(r + sqrt(h**2 + r**2))", "r=1.5 h=2"),
    Case(
        "sqrt((x2-x1)^2 + (y2-y1)^2)", "sqrt((x2 - x1)**2 + (y2 - y1)**2)", "x1=1 y1=2 x2=4 y2=6.5"
    ),
    Case("sqrt(a^2 + b^2 - 2*a*b*cos(C))", "sqrt(a**2 + b**2 - 2*a*b*cos(C))", "a=3 b=5 C=1.1"),
    Case(
        "|a*x + b*y + c|/√(a² + b²)", "-(a*x + b*y + c)/sqrt(a**2 + b**2)", "a=3 b=-4 c=1 x=1 y=2.5"
    ),
    Case("1/2*a*b*sin(C)", "a*b*sin(C)/2", "a=3 b=5 C=1.1"),
    Case("(a + b)/2*h", "(a + b)*h/2", "a=3 b=5 h=2.2"),
    Case("π a b", "pi*a*b", "a=3 b=1.2"),
    Case("x²/a² + y²/b² − 1", "x**2/a**2 + y**2/b**2 - 1", "x=1 a=2 y=0.5 b=1.5"),
    Case("2(l w + l h + w h)", "2*(l*w + l*h + w*h)", "l=3 w=2 h=1.5"),
    Case("x*(20-2x)*(30-2x)", "x*(20 - 2*x)*(30 - 2*x)", "x=3.9"),
    Case("hypot(x, y)", "sqrt(x**2 + y**2)", "x=-5 y=2"),
    Case(
        "arccos((x1*x2 + y1*y2)/(hypot(x1, y1)*hypot(x2, y2)))",
        "acos((x1*x2 + y1*y2)/(sqrt(x1**2 + y1**2)*sqrt(x2**2 + y2**2)))",
        "x1=1 y1=2 x2=3 y2=0.5",
    ),
]

SPECIAL = [
    Case("erf(x)", "erf(x)", "x=0.7"),
    Case("erfc(x/2)", "1 - erf(x/2)", "x=0.7"),
    Case("gamma(x)", "gamma(x)", "x=3.5"),
    Case("lgamma(x)", "loggamma(x)", "x=4.2"),
    Case("digamma(x)", "digamma(x)", "x=2.6"),
    Case("beta(x, y)", "gamma(x)*gamma(y)/gamma(x + y)", "x=1.5 y=2.5"),
    Case("beta*x + gamma", "beta*x + gamma", "beta=0.5 x=3 gamma=-1"),
    Case("expm1(x)/x", "(exp(x) - 1)/x", "x=0.05"),
    Case("exp2(x)", "2**x", "x=1.7"),
    Case("exp(exp(-x))", "exp(exp(-x))", "x=0.4"),
    Case("exp(-x)*erf(x)", "exp(-x)*erf(x)", "x=0.4"),
    Case("xlogy(x, y)", "x*log(y)", "x=1.2 y=3"),
    Case("square(x - y)", "(x - y)**2", "x=1.2 y=3"),
    Case("reciprocal(x)*rsqrt(y)", "1/(x*sqrt(y))", "x=1.2 y=3"),
]

NUMBERS = [
    Case(".5*x + 1.*y", "x/2 + y", "x=3 y=2"),
    Case("1e-3*x", "x/1000", "x=3"),
    Case("6.02e23*x", "602000000000000000000000*x", "x=2"),
    Case("1.5e+2*x - 20", "150*x - 20", "x=0.3"),
    Case("0.1 + 0.2 + x", "Rational(3, 10) + x", "x=0.7"),
    Case("1.6e-19*V", "16*V/10**20", "V=12"),
    Case("3.14159*r^2", "Rational(314159, 100000)*r**2", "r=2"),
    Case("123456789*x*x - 987654321", "123456789*x**2 - 987654321", "x=2.5"),
]

PROBLEM_LIBRARY = [
    Case("-2*e^(-3*x) + 5*x", "-2*exp(-3*x) + 5*x", "x=0.4"),
    Case("(3*x**2 - 2)/(x**3 - 2*x)", "(3*x**2 - 2)/(x**3 - 2*x)", "x=1.7"),
    Case("2x*e^(x^2)", "2*x*exp(x**2)", "x=0.6"),
    Case("2*x*e^(x^2) + x^2*e^x", "2*x*exp(x**2) + x**2*exp(x)", "x=0.7"),
    Case("3(x-2)^2*(x^2+1)", "3*(x - 2)**2*(x**2 + 1)", "x=3.1"),
    Case("-3*x**2 + 4*x - 5", "-3*x**2 + 4*x - 5", "x=1.6"),
    Case("-4x^3 + 6x^2 - 2x", "-4*x**3 + 6*x**2 - 2*x", "x=1.2"),
    Case("-5sin(2x) + 3cos(4x)", "-5*sin(2*x) + 3*cos(4*x)", "x=0.35"),
    Case("-5*sin(2*x)*2 + 3*-sin(x)", "-10*sin(2*x) - 3*sin(x)", "x=0.55"),
    Case("cos(x^2)*2*x", "cos(x**2)*2*x", "x=0.9"),
    Case("4*(x^2+3*x)^3*(2*x+3)", "4*(x**2 + 3*x)**3*(2*x + 3)", "x=0.3"),
    Case("(2*x*(x+1) - x^2)/(x+1)^2", "(2*x*(x + 1) - x**2)/(x + 1)**2", "x=1.4"),
    Case(
        "((x^2+1)*3 - (3*x-1)*2*x)/(x^2+1)^2",
        "(3*(x**2 + 1) - 2*x*(3*x - 1))/(x**2 + 1)**2",
        "x=0.8",
    ),
    Case("-1/(2*x**(3/2))", "-1/(2*x**Rational(3, 2))", "x=2.3"),
    Case("-1/2*x^(-3/2)", "-(x**Rational(-3, 2))/2", "x=2.3"),
    Case("1/2*(x^2+4)^(-1/2)*2*x", "x/sqrt(x**2 + 4)", "x=1.5"),
    Case("(1/3)*(x**3 + 1)**(-2/3)*3*x**2", "x**2*(x**3 + 1)**Rational(-2, 3)", "x=1.1"),
    Case("x^3*ln(x)/3 - x^3/9", "x**3*log(x)/3 - x**3/9", "x=1.8"),
    Case("-x*cos(x) + sin(x)", "sin(x) - x*cos(x)", "x=1.3"),
    Case("-x^2*cos(x) + 2*x*sin(x) + 2*cos(x)", "-(x**2)*cos(x) + 2*x*sin(x) + 2*cos(x)", "x=0.65"),
    Case("e^x*(x^2 - 2*x + 2)", "exp(x)*(x**2 - 2*x + 2)", "x=0.45"),
    Case("-e^(-x)*(x^2 + 2*x + 2)", "-exp(-x)*(x**2 + 2*x + 2)", "x=1.45"),
    Case(
        "(e^(2*x)*(2*sin(3*x) - 3*cos(3*x)))/13", "exp(2*x)*(2*sin(3*x) - 3*cos(3*x))/13", "x=0.25"
    ),
    Case("c1*e^(-2*t) + c2*e^(3*t)", "c1*exp(-2*t) + c2*exp(3*t)", "c1=1.5 c2=-0.5 t=0.4"),
    Case("C1 e^(-t) + C2 t e^(-t)", "C1*exp(-t) + C2*t*exp(-t)", "C1=2 C2=-3 t=0.7"),
    Case(
        "e^(-2*t)*(A*cos(3*t) + B*sin(3*t))",
        "exp(-2*t)*(A*cos(3*t) + B*sin(3*t))",
        "A=1 B=0.5 t=0.3",
    ),
    Case("-16t^2 + 64t + 80", "-16*t**2 + 64*t + 80", "t=1.5"),
    Case("-16*t**2 + v0*t + h0", "-16*t**2 + v0*t + h0", "t=1.5 v0=40 h0=6"),
    Case("-4.9*t^2 + 20*t + 1.5", "-49*t**2/10 + 20*t + Rational(3, 2)", "t=1.2"),
    Case("3*-2*x^2", "-6*x**2", "x=1.3"),
    Case("5*-3 + x*-2", "-15 - 2*x", "x=1.3"),
    Case("-7+-2*x", "-7 - 2*x", "x=1.3"),
    Case("x^2+-6*x+9", "x**2 - 6*x + 9", "x=1.3"),
    Case("4*x^3*-sin(x^4)", "-4*x**3*sin(x**4)", "x=0.85"),
    Case("2*x*-1*(x^2+1)^-2", "-2*x/(x**2 + 1)**2", "x=0.85"),
    Case("-2*x*(x**2 + 1)**-2", "-2*x*(x**2 + 1)**(-2)", "x=0.95"),
    Case("-3*(2*x + 5)**-4*2", "-6*(2*x + 5)**(-4)", "x=0.2"),
    Case("e^(-x)*-1*x + e^(-x)", "exp(-x)*(1 - x)", "x=0.45"),
    Case("2*(x - 1)/-3", "-2*(x - 1)/3", "x=4.4"),
    Case("8*(x+-3)**2 + -1", "8*(x - 3)**2 - 1", "x=4.4"),
    Case("(-2*x + 3*y)*(4*x - -y)", "(-2*x + 3*y)*(4*x + y)", "x=0.6 y=1.1"),
    Case("2x + 3*y**2 - 4x*y", "2*x + 3*y**2 - 4*x*y", "x=1.6 y=0.7"),
    Case("2x*y + x**2", "2*x*y + x**2", "x=1.6 y=0.7"),
    Case("6x**2*y - 4y**3", "6*x**2*y - 4*y**3", "x=1.6 y=0.7"),
    Case("3x^2*y^2 - 2x*y + 5y", "3*x**2*y**2 - 2*x*y + 5*y", "x=0.6 y=1.7"),
    Case("2x^3 - 9x^2 + 12x - 3", "2*x**3 - 9*x**2 + 12*x - 3", "x=1.35"),
    Case("(4x - 1)^2*(3x + 2)", "(4*x - 1)**2*(3*x + 2)", "x=0.6"),
    Case("(5x+2)/(3x-7)", "(5*x + 2)/(3*x - 7)", "x=4"),
    Case("-(5x+2)/(3x-7)^2", "-(5*x + 2)/(3*x - 7)**2", "x=4.1"),
    Case("2x*cos(x) - x^2*sin(x)", "2*x*cos(x) - x**2*sin(x)", "x=0.7"),
    Case("3x^2*e^(2x) + 2x^3*e^(2x)", "3*x**2*exp(2*x) + 2*x**3*exp(2*x)", "x=0.3"),
    Case("2x*ln(x) + x", "2*x*log(x) + x", "x=1.9"),
    Case("4x*(x^2 - 1)", "4*x*(x**2 - 1)", "x=1.4"),
    Case("6x*(x^2 + 1)^2", "6*x*(x**2 + 1)**2", "x=0.7"),
    Case("-12x*(4 - 3x^2)", "-12*x*(4 - 3*x**2)", "x=0.7"),
    Case("7x^6 - 5x^4 + 3x^2 - 1", "7*x**6 - 5*x**4 + 3*x**2 - 1", "x=-0.9"),
    Case("9x**2 - 24x*y + 16y**2", "(3*x - 4*y)**2", "x=2 y=0.7"),
    Case("-2x**3 + x**2*y", "-2*x**3 + x**2*y", "x=2 y=0.7"),
    Case("x**2*y*z - 3*x*y**2 + 2*z**3", "x**2*y*z - 3*x*y**2 + 2*z**3", "x=1 y=2 z=-0.5"),
    Case("2*x*y*z**2 + exp(x*z)", "2*x*y*z**2 + exp(x*z)", "x=0.5 y=2 z=0.7"),
    Case("x*y*z*e^(-x*y*z)", "x*y*z*exp(-x*y*z)", "x=0.5 y=1.5 z=0.8"),
    Case("x**2*sin(y) - y**2*cos(x)", "x**2*sin(y) - y**2*cos(x)", "x=0.5 y=1.5"),
    Case("e^(-x^2 - y^2)*x*y", "exp(-(x**2) - y**2)*x*y", "x=0.5 y=0.4"),
    Case("e^(x*y)*cos(x - 2*y)", "exp(x*y)*cos(x - 2*y)", "x=0.5 y=0.4"),
    Case("ln(x^2*y + 3*z)", "log(x**2*y + 3*z)", "x=1.5 y=0.4 z=0.9"),
    Case("sqrt(4*x**2 + 9*y**2 - 1)", "sqrt(4*x**2 + 9*y**2 - 1)", "x=0.8 y=0.6"),
    Case("(x^2*y - x*y^2)/(x^2 + y^2)", "(x**2*y - x*y**2)/(x**2 + y**2)", "x=1.8 y=0.6"),
    Case("x^2*y/(x^4 + y^2)", "x**2*y/(x**4 + y**2)", "x=0.8 y=0.6"),
    Case("-y/(x^2 + y^2)", "-y/(x**2 + y**2)", "x=1.8 y=0.9"),
    Case("-2*x*y/(x^2 + y^2)^2", "-2*x*y/(x**2 + y**2)**2", "x=1.8 y=0.9"),
    Case("(3x - 4y)/(2x + 5y)", "(3*x - 4*y)/(2*x + 5*y)", "x=1.8 y=0.9"),
    Case("tan(2*x)^2*cos(x)", "tan(2*x)**2*cos(x)", "x=0.3"),
    Case("3*sin^2(x)*cos(x)", "3*sin(x)**2*cos(x)", "x=0.65"),
    Case("-3*cos^2(2x)*sin(2x)", "-3*cos(2*x)**2*sin(2*x)", "x=0.65"),
    Case("sec(x)*tan(x) - 2*csc(x)^2", "sin(x)/cos(x)**2 - 2/sin(x)**2", "x=0.65"),
    Case("2*sec(2*x)**2", "2/cos(2*x)**2", "x=0.3"),
    Case("1/sqrt(1 - (2*x)^2)*2", "2/sqrt(1 - 4*x**2)", "x=0.3"),
    Case("3/(1 + (3*x)**2)", "3/(1 + 9*x**2)", "x=0.3"),
    Case("x^x*(ln(x) + 1)", "x**x*(log(x) + 1)", "x=1.6"),
    Case("2^x*ln(2)", "2**x*log(2)", "x=1.6"),
    Case("5^(3*x)*3*ln(5)", "3*5**(3*x)*log(5)", "x=0.35"),
    Case("x^(sin(x))*(cos(x)*ln(x) + sin(x)/x)", "x**sin(x)*(cos(x)*log(x) + sin(x)/x)", "x=1.6"),
    Case("1200*(1.005)^(12*t)", "1200*Rational(1005, 1000)**(12*t)", "t=4.5"),
    Case("5000*(1 + 0.06/4)^(4*t)", "5000*Rational(1015, 1000)**(4*t)", "t=2.25"),
    Case("100*0.5^(t/5730)", "100*Rational(1, 2)**(t/5730)", "t=2000"),
    Case("75 + 110*e^(-0.08*t)", "75 + 110*exp(-2*t/25)", "t=10"),
    Case("T_s + (T_0 - T_s)*e^(-k*t)", "T_s + (T_0 - T_s)*exp(-k*t)", "T_s=20 T_0=90 k=0.05 t=10"),
    Case("-0.02*x**2 + 50*x - 400", "-(x**2)/50 + 50*x - 400", "x=120"),
    Case("x*(300 - 2x)*-1 + 40x", "40*x - x*(300 - 2*x)", "x=35"),
    Case("(x^2 - 5x + 6)/(x - 2)^-1", "(x**2 - 5*x + 6)*(x - 2)", "x=4.5"),
    Case("[3*x^2 - 2*x]*[x + 5]", "(3*x**2 - 2*x)*(x + 5)", "x=0.5"),
    Case("[2*x*(x^2+1) - 2*x^3]/[(x^2+1)^2]", "(2*x*(x**2 + 1) - 2*x**3)/(x**2 + 1)**2", "x=0.5"),
    Case("{4*x - 3}**2*{x + 1}", "(4*x - 3)**2*(x + 1)", "x=1.5"),
    Case("-2*[x - 3*(y + 1)]**2", "-2*(x - 3*(y + 1))**2", "x=1.5 y=0.2"),
    Case("3*x*[e^{-x} + e^{2*x}]", "3*x*(exp(-x) + exp(2*x))", "x=0.4"),
    Case("x^{1/2}*y^{-3/2}", "sqrt(x)*y**Rational(-3, 2)", "x=1.5 y=2.2"),
    Case("2*pi*f*L - 1/(2*pi*f*C)", "2*pi*f*L - 1/(2*pi*f*C)", "f=50 L=0.1 C=1e-4"),
    Case("-k*(x - x0)**2/2 + m*g*x", "-k*(x - x0)**2/2 + m*g*x", "k=12 x=0.4 x0=0.1 m=1.5 g=9.8"),
    Case("m*g*sin(a) - mu*m*g*cos(a)", "m*g*sin(a) - mu*m*g*cos(a)", "m=2 g=9.8 a=0.5 mu=0.2"),
    Case("q*(v*B*sin(a) + E)", "q*(v*B*sin(a) + E)", "q=1.6 v=3 B=0.5 a=0.9 E=2"),
    Case("-G*m1*m2*(1/r1 - 1/r2)", "-G*m1*m2*(1/r1 - 1/r2)", "G=6.67 m1=2 m2=3 r1=1.5 r2=4"),
    Case("(a*b - c^2)*x**2 - 2*a*x + -b", "(a*b - c**2)*x**2 - 2*a*x - b", "a=2 b=3 c=1.5 x=0.7"),
    Case("-a*x^2*y + b*-y^2*x", "-a*x**2*y - b*y**2*x", "a=2 b=3 x=0.7 y=1.1"),
    Case(
        "(x-h)**2/a**2 + (y-k)**2/b**2",
        "(x - h)**2/a**2 + (y - k)**2/b**2",
        "x=2 h=0.5 a=3 y=1 k=-1 b=1.5",
    ),
    Case("-1*(x**2 - y**2)*e^(-1*(x + y))", "-(x**2 - y**2)*exp(-x - y)", "x=0.7 y=0.2"),
    Case("2**x*-3 + 4**(x/2)", "-2*2**x", "x=1.5"),
    Case("n*(n + 1)*(2*n + 1)/6", "n*(n + 1)*(2*n + 1)/6", "n=4.5"),
    Case("n*(2*a + (n - 1)*d)/2", "n*(2*a + (n - 1)*d)/2", "n=8 a=3 d=0.5"),
    Case("a*(1 - r^n)/(1 - r)", "a*(1 - r**n)/(1 - r)", "a=3 r=0.8 n=6"),
    Case("a1*r**(n-1) - a1*r**n", "a1*r**(n - 1)*(1 - r)", "a1=3 r=0.8 n=6"),
    Case("-2*t*x + 3*t**2*y", "-2*t*x + 3*t**2*y", "t=1.5 x=2 y=-0.4"),
    Case("(-b*x - c)/a*x^-1", "(-b*x - c)/(a*x)", "a=2 b=3 c=1 x=0.8"),
]

TEXTBOOK = [
    Case("2x^2 - 3x y + y^2", "2*x**2 - 3*x*y + y**2", "x=1.5 y=0.4"),
    Case("4x^2 y - 3x y^2", "4*x**2*y - 3*x*y**2", "x=1.5 y=0.4"),
    Case("-x^2 y + 5x - 2y", "-(x**2)*y + 5*x - 2*y", "x=1.5 y=2.4"),
    Case("x^3 y^2 - 2x y", "x**3*y**2 - 2*x*y", "x=1.5 y=2.4"),
    Case("x^2 y z^3", "x**2*y*z**3", "x=1.5 y=2.4 z=0.8"),
    Case("3x y^2 z - 4x^2 z", "3*x*y**2*z - 4*x**2*z", "x=1.5 y=2.4 z=0.8"),
    Case("x y + y z + x z", "x*y + y*z + x*z", "x=1.5 y=2.4 z=0.8"),
    Case("2x e^(3x)", "2*x*exp(3*x)", "x=0.4"),
    Case("-3x^2 e^(-x^3)", "-3*x**2*exp(-(x**3))", "x=0.6"),
    Case("(3x + 2) e^(-2x)", "(3*x + 2)*exp(-2*x)", "x=0.6"),
    Case("e^(2x) sin(3x)", "exp(2*x)*sin(3*x)", "x=0.25"),
    Case("2e^(2x) sin(3x) + 3e^(2x) cos(3x)", "exp(2*x)*(2*sin(3*x) + 3*cos(3*x))", "x=0.25"),
    Case("5x^4 ln(x) + x^4", "5*x**4*log(x) + x**4", "x=1.3"),
    Case("3x^2 sin(x) + x^3 cos(x)", "3*x**2*sin(x) + x**3*cos(x)", "x=1.3"),
    Case("-2x sin(x^2) cos(x^2)", "-2*x*sin(x**2)*cos(x**2)", "x=0.7"),
    Case("x sin(x) + cos(x)", "x*sin(x) + cos(x)", "x=2.3"),
    Case("2x cos(y) - y^2 sin(x)", "2*x*cos(y) - y**2*sin(x)", "x=2.3 y=0.6"),
    Case("(2x + 1)(3x - 2)", "(2*x + 1)*(3*x - 2)", "x=1.6"),
    Case("(x^2 + 3x)(2x^3 - 1)", "(x**2 + 3*x)*(2*x**3 - 1)", "x=1.1"),
    Case("(x - 1)(x - 2)(x - 3)", "(x - 1)*(x - 2)*(x - 3)", "x=0.4"),
    Case("2(3x - 1)^4", "2*(3*x - 1)**4", "x=0.7"),
    Case("24(3x - 1)^3", "24*(3*x - 1)**3", "x=0.7"),
    Case("-2(x - 3)^2 + 8", "8 - 2*(x - 3)**2", "x=1.7"),
    Case("5(x^2 + 1)^4 * 2x", "10*x*(x**2 + 1)**4", "x=0.3"),
    Case("(2x)^3 - 2x^3", "6*x**3", "x=1.2"),
    Case("(3x y)^2 - 3x y^2", "9*x**2*y**2 - 3*x*y**2", "x=1.2 y=0.6"),
    Case("6x/(2x^2 + 5)", "6*x/(2*x**2 + 5)", "x=1.2"),
    Case("(4x - 3)/(x^2 + 2x + 2)", "(4*x - 3)/(x**2 + 2*x + 2)", "x=0.3"),
    Case("-2x/(x^2 + 1)^2", "-2*x/(x**2 + 1)**2", "x=0.3"),
    Case("2x y/(x^2 + y^2)", "2*x*y/(x**2 + y**2)", "x=0.3 y=1.6"),
    Case("√(2x + 1)", "sqrt(2*x + 1)", "x=0.3"),
    Case("sqrt(3x^2 + 2x y)", "sqrt(3*x**2 + 2*x*y)", "x=0.3 y=1.6"),
    Case("3x/sqrt(4 - x^2)", "3*x/sqrt(4 - x**2)", "x=1.1"),
    Case("ln(3x^2 + 2x)", "log(3*x**2 + 2*x)", "x=1.1"),
    Case("tan(3x) - 3x", "tan(3*x) - 3*x", "x=0.2"),
    Case("arctan(2x) + arcsin(x/3)", "atan(2*x) + asin(x/3)", "x=0.7"),
    Case("cosh(2x) - 2sinh(x)^2", "1 + 0*x", "x=0.7"),
    Case("-3x^-2 + 4x^-1", "-3*x**(-2) + 4*x**(-1)", "x=1.4"),
    Case("4x^(1/2) - 6x^(-1/3)", "4*sqrt(x) - 6*x**Rational(-1, 3)", "x=1.4"),
    Case("2x^1.5 + 0.5x^-0.5", "2*x**Rational(3, 2) + 1/(2*sqrt(x))", "x=1.4"),
    Case("12x*-3y", "-36*x*y", "x=0.4 y=1.2"),
    Case("3x - -2y + -4z", "3*x + 2*y - 4*z", "x=0.4 y=1.2 z=2"),
    Case("3x**2 y - y**3", "3*x**2*y - y**3", "x=0.4 y=1.2"),
    Case("2x**3 - 5x**2 + 4x - 1", "2*x**3 - 5*x**2 + 4*x - 1", "x=0.4"),
    Case("(2x - 1)**3 (x + 4)**2", "(2*x - 1)**3*(x + 4)**2", "x=1.4"),
    Case("6x**2*e**(2x)", "6*x**2*exp(2*x)", "x=0.4"),
    Case("3x**2/(2y) - 4y**-1", "3*x**2/(2*y) - 4/y", "x=0.4 y=1.2"),
    Case("-4x**2*y + 2x*y**2 - -7", "-4*x**2*y + 2*x*y**2 + 7", "x=0.4 y=1.2"),
    Case("5x**3*-y**2", "-5*x**3*y**2", "x=0.4 y=1.2"),
    Case("-7x + 2y**2 # cost", "-7*x + 2*y**2", "x=0.4 y=1.2"),
    Case(
        "u = 3x^2 + 1 # inside\n2u^4 - 5u # outside", "2*(3*x**2 + 1)**4 - 5*(3*x**2 + 1)", "x=0.2"
    ),
    Case("u = 2x - y\nv = x y\n3u^2 v", "3*(2*x - y)**2*x*y", "x=1.4 y=0.5"),
    Case("r = √(x² + y²); θ = atan2(y, x); r^2 sin(2θ)", "2*x*y", "x=1.4 y=0.5"),
    Case("2x sin²(x) − x²", "2*x*sin(x)**2 - x**2", "x=1.4"),
    Case("3x² + 2x·y − 5y²", "3*x**2 + 2*x*y - 5*y**2", "x=1.4 y=0.5"),
    Case("4π r²", "4*pi*r**2", "r=1.4"),
    Case("2[3x - (4 - x)]", "2*(4*x - 4)", "x=1.7"),
    Case("3[x^2 - 2(x + 1)]", "3*(x**2 - 2*x - 2)", "x=1.7"),
    Case("[2x + 3y]^2/[x y]", "(2*x + 3*y)**2/(x*y)", "x=1.7 y=0.6"),
    Case("{3x + 1}{2y - 5}", "(3*x + 1)*(2*y - 5)", "x=1.7 y=0.6"),
    Case("4e^{-2x} - 3e^{x/2}", "4*exp(-2*x) - 3*exp(x/2)", "x=0.7"),
]

SECTIONS = {
    "arithmetic": ARITHMETIC,
    "polynomial": POLYNOMIALS,
    "rational": RATIONAL,
    "implied multiplication": IMPLIED,
    "signs": SIGNS,
    "double star": STARSTAR,
    "constant e": CONSTANT_E,
    "brackets": BRACKETS,
    "trigonometry": TRIGONOMETRY,
    "inverse trigonometry": INVERSE_TRIGONOMETRY,
    "hyperbolic": HYPERBOLIC,
    "logarithm": LOGARITHMS,
    "root": ROOTS,
    "absolute value": ABSOLUTE,
    "factorial": FACTORIAL,
    "remainder and rounding": REMAINDER,
    "unicode": UNICODE,
    "program": PROGRAMS,
    "function definition": FUNCTIONS,
    "piecewise": PIECEWISE,
    "maximum": MAXIMUM,
    "physics": PHYSICS,
    "chemistry": CHEMISTRY,
    "biology": BIOLOGY,
    "finance": FINANCE,
    "statistics": STATISTICS,
    "machine learning": LEARNING,
    "geometry": GEOMETRY,
    "special function": SPECIAL,
    "number": NUMBERS,
    "problem library": PROBLEM_LIBRARY,
    "textbook": TEXTBOOK,
}

AMBIGUOUS = [
    Refusal("1/2x", "x=3", "1/(2x) or (1/2)x?", "1/(2*x)"),
    Refusal("1/2 x", "x=3", "1/(2x) or (1/2)x?", "(1/2)*x"),
    Refusal("1 ÷ 2x", "x=3", "1/(2x) or (1/2)x?", "1 ÷ (2x)"),
    Refusal("a/b c", "a=1 b=2 c=3", "a/(b c) or (a/b) c?", "a/(b*c)"),
    Refusal("1/2(x+1)", "x=3", "1/(2(x+1)) or (1/2)(x+1)?", "(1/2)*(x+1)"),
    Refusal("4/3 π r^3", "r=2", "4/(3 π r^3) or (4/3) π r^3?", "(4/3)*π*r^3"),
    Refusal("1/2 m v^2", "m=2 v=3", "1/(2 m v^2) or (1/2) m v^2?", "1/2*m*v^2"),
    Refusal("1/2e^x", "x=1", "1/(2e^x) or (1/2)e^x?", "1/(2*e^x)"),
    Refusal("1/2sin(x)", "x=1", "1/(2 sin(x)) or (1/2) sin(x)?", "sin(x)/2"),
    Refusal("1/x y", "x=2 y=3", "1/(x y) or (1/x) y?", "y/x"),
    Refusal("x/(y)(z)", "x=1 y=2 z=3", "x/(y z) or (x/y) z?", "x/(y*z)"),
    Refusal("1/2√x", "x=4", "1/(2√x) or (1/2)√x?", "1/(2*√x)"),
    Refusal("1/2|x|", "x=4", "1/(2|x|) or (1/2)|x|?", "|x|/2"),
    Refusal("1/2π", "", "1/(2π) or π/2?", "1/(2*π)"),
    Refusal("a mod b c", "a=7 b=2 c=3", "a mod (b c) or (a mod b) c?", "a mod (b*c)"),
    Refusal("e^2x", "x=1", "e^(2x) or (e^2) x?", "e^(2x)"),
    Refusal("10^2x", "x=1", "10^(2x) or (10^2) x?", "10^(2*x)"),
    Refusal("3e^2x + 1", "x=1", "3e^(2x) or 3(e^2)x?", "3e^(2x) + 1"),
    Refusal("2e-3x", "x=5", "0.002*x or 2*e - 3*x?", "2e-3*x"),
    Refusal("√2x", "x=3", "√(2x) or (√2)x?", "√(2x)"),
    Refusal("√x^2", "x=3", "√(x^2) or (√x)^2?", "√(x^2)"),
    Refusal("√x²", "x=3", "√(x²) or (√x)²?", "(√x)²"),
    Refusal("∛x^2", "x=3", "∛(x^2) or (∛x)^2?", "∛(x^2)"),
    Refusal("√4!", "", "√(4!) or (√4)!?", "√(4!)"),
    Refusal("x²^3", "x=2", "(x²)^3 or x^(2^3)?", "(x²)^3"),
    Refusal("sin^-1(x)", "x=0.5", "arcsin or 1/sin?", "asin(x)"),
    Refusal("sin⁻¹(x)", "x=0.5", "arcsin or 1/sin?", "1/sin(x)"),
    Refusal("sin^n(x)", "n=2 x=0.5", "only whole positive powers may stand here", "sin(x)^n"),
    Refusal("5!!", "", "a double factorial or (5!)!?", "5*3*1"),
    Refusal("|x|y|z|", "x=1 y=2 z=3", "|x|*y*|z| or |x*|y|*z|?", "abs(x)*y*abs(z)"),
    Refusal("|x|2|y|", "x=1 y=2", "|x|*2*|y| or |x*|2|*y|?", "2*abs(x)*abs(y)"),
    Refusal("||x||", "x=-1", "nested bars", "abs(abs(x))"),
    Refusal("||x| - 1|", "x=-3", "nested bars", "abs(abs(x) - 1)"),
    Refusal("|x - |y||", "x=1 y=-2", "nested bars", "abs(x - abs(y))"),
    Refusal("5%", "", "5/100, or a remainder cut short?", "5/100"),
    Refusal("x % 2", "x=7", "a percentage or a remainder?", "mod(x, 2)"),
    Refusal("1,000*x", "x=2", "a thousands separator or two items?", "1000*x"),
    Refusal("3,5*x", "x=2", "a decimal comma or two items?", "3.5*x"),
]

IMPLIED_REFUSED = [
    Refusal("2 3", "", "two numbers side by side", "2*3"),
    Refusal("1 000*x", "x=2", "two numbers side by side", "1000*x"),
    Refusal("x 2", "x=4", "a number on the right: x*2, x^2 or x2?", "x*2"),
    Refusal("(x+1)2", "x=4", "a number on the right: times 2 or to the power 2?", "2(x+1)"),
    Refusal("x(1+2)", "x=4", "x is no function", "x*(1+2)"),
    Refusal("x(y)", "x=4 y=2", "x is no function", "x*y"),
    Refusal("2x(y+1)", "x=4 y=2", "x is no function", "2x*(y+1)"),
    Refusal("x(x+1)(x+2)", "x=4", "x is no function", "x*(x+1)*(x+2)"),
    Refusal("a(b+c)", "a=1 b=2 c=3", "a is no function", "a*(b+c)"),
    Refusal("P(1+r)^t", "P=100 r=0.1 t=2", "P is no function", "P*(1+r)^t"),
    Refusal("f(x)", "x=2", "f is not defined", "f(t) = t^2; f(x)"),
    Refusal("xy", "x=2 y=3", "xy is one name and has no value", "x*y"),
    Refusal("x + xe^x", "x=2", "xe is one name and has no value", "x + x*e^x"),
    Refusal("2ab", "a=2 b=3", "ab is one name and has no value", "2a*b"),
    Refusal("x^xy", "x=2 y=3", "xy is one name and has no value", "x^(x*y)"),
    Refusal("x + y", "x=2", "y has no value", "x + 2"),
]

CALLS_REFUSED = [
    Refusal("sin x", "x=1", "a call needs brackets", "sin(x)"),
    Refusal("sin 2x", "x=1", "sin(2)x or sin(2x)?", "sin(2x)"),
    Refusal("sin x cos x", "x=1", "a call needs brackets", "sin(x)*cos(x)"),
    Refusal("log x", "x=2", "a call needs brackets", "log(x)"),
    Refusal("ln x + 1", "x=2", "ln(x) + 1 or ln(x + 1)?", "ln(x) + 1"),
    Refusal("sqrt x", "x=2", "a call needs brackets", "sqrt(x)"),
    Refusal("sin^2 x", "x=2", "a call needs brackets", "sin^2(x)"),
    Refusal("sinx", "x=2", "sinx is one name and has no value", "sin(x)"),
    Refusal("lnx", "x=2", "lnx is one name and has no value", "ln(x)"),
    Refusal("sin", "", "a function without its argument", "sin(1)"),
    Refusal("2*cos + 1", "", "a function without its argument", "2*cos(1) + 1"),
    Refusal("sin()", "", "a missing argument", "sin(1)"),
    Refusal("sin(x, y)", "x=1 y=2", "one argument too many", "sin(x)*y"),
    Refusal("atan2(x)", "x=1", "one argument too few", "atan(x)"),
    Refusal("log(x, 2, 3)", "x=5", "one argument too many", "log(x, 2)"),
    Refusal("max(x,)", "x=5", "a missing argument", "max(x, 0)"),
    Refusal("max(, x)", "x=5", "a missing argument", "max(0, x)"),
    Refusal("if(x > 0, 1)", "x=5", "if needs three arguments", "if(x > 0, 1, 0)"),
    Refusal("if x > 0 then 1 else 2", "x=5", "if is written as a call", "if(x > 0, 1, 2)"),
    Refusal("if(x = 0, 1, 2)", "x=5", "= defines, == compares", "if(x == 0, 1, 2)"),
    Refusal("x.sin()", "x=1", "methods are not in the language", "sin(x)"),
    Refusal("math.sin(x)", "x=1", "modules are not in the language", "sin(x)"),
]

FOREIGN = [
    Refusal("x'", "x=2", "a prime is a derivative, or part of a name?", "x"),
    Refusal("x′ + 1", "x=2", "a prime is a derivative, or part of a name?", "x + 1"),
    Refusal("f'(x) = 2x", "x=2", "a prime is a derivative, or part of a name?", "2x"),
    Refusal("d/dx (x^2)", "x=2", "the formula itself, not its derivative, is to be written", "x^2"),
    Refusal("x > 0 ? 1 : 2", "x=2", "?: is not in the language", "if(x > 0, 1, 2)"),
    Refusal("1 if x > 0 else 2", "x=2", "Python's if is not in the language", "if(x > 0, 1, 2)"),
    Refusal("\\frac{1}{2}", "", "LaTeX", "1/2"),
    Refusal("\\sin(x)", "x=2", "LaTeX", "sin(x)"),
    Refusal("x \\cdot y", "x=2 y=3", "LaTeX", "x*y"),
    Refusal("$x^2$", "x=2", "LaTeX", "x^2"),
    Refusal("\\sqrt{x}", "x=2", "LaTeX", "sqrt(x)"),
    Refusal("\\left(x+1\\right)^2", "x=2", "LaTeX", "(x+1)^2"),
    Refusal('"x"', "x=2", "a quoted text", "x"),
    Refusal("“x” + 1", "x=2", "smart quotes", "x + 1"),
    Refusal("‘x’", "x=2", "smart quotes", "x"),
    Refusal("`x`", "x=2", "backquotes", "x"),
    Refusal("x && y", "x=2 y=3", "logic is not in the language", "x*y"),
    Refusal("x & y", "x=2 y=3", "logic is not in the language", "x*y"),
    Refusal("x || y", "x=2 y=3", "logic is not in the language", "max(x, y)"),
    Refusal("!x", "x=2", "logic is not in the language", "1 - x"),
    Refusal("~x", "x=2", "bits are not in the language", "-x"),
    Refusal("x // 2", "x=7", "a whole division or a slip?", "floor(x/2)"),
    Refusal("x++", "x=2", "steps of programs are not in the language", "x + 1"),
    Refusal("x += 1", "x=2", "steps of programs are not in the language", "x + 1"),
    Refusal("y := x + 1", "x=2", "a definition is written with =", "y = x + 1"),
    Refusal("x -> x^2", "x=2", "an arrow", "f(t) = t^2; f(x)"),
    Refusal("lambda x: x^2", "x=2", "Python's lambda", "f(t) = t^2; f(x)"),
    Refusal("__import__('os')", "", "a program, not a formula", "1"),
    Refusal("import os", "", "a program, not a formula", "1"),
    Refusal("sin(30°)", "", "the degree sign", "sin(30*pi/180)"),
    Refusal("-b ± √d", "b=2 d=9", "two values at once", "-b + √d"),
    Refusal("x ≈ 2", "x=2", "an approximate equality", "x - 2"),
    Refusal("$5*x", "x=2", "a currency sign", "5*x"),
    Refusal("x?", "x=2", "a question mark", "x"),
]

CHARACTERS = [
    Refusal("0x1F", "", "a hexadecimal number", "31"),
    Refusal("0b101", "", "a binary number", "5"),
    Refusal("1_000", "", "an underscore in a number", "1000"),
    Refusal("1'000*x", "x=2", "an apostrophe in a number", "1000*x"),
    Refusal("1.2.3", "", "two points in a number", "1.23"),
    Refusal("1..2", "", "two points in a number", "1.2"),
    Refusal("x + .", "x=2", "a point alone is no number", "x + 0.5"),
    Refusal("٣*x", "x=2", "Arabic-Indic digits", "3*x"),
    Refusal("١٢ + x", "x=2", "Arabic-Indic digits", "12 + x"),
    Refusal("x^۲", "x=2", "Persian digits", "x^2"),
    Refusal("३x", "x=2", "Devanagari digits", "3x"),
    Refusal("２*x", "x=2", "a full-width digit", "2*x"),
    Refusal("½x", "x=2", "a fraction as one character", "(1/2)*x"),
    Refusal("𝑥 + 1", "x=2", "a letter of the mathematical alphabet", "x + 1"),
    Refusal("𝐱²", "x=2", "a letter of the mathematical alphabet", "x²"),
    Refusal("ｘ + 1", "x=2", "a full-width letter", "x + 1"),
    Refusal("2\u0445", "x=2", "a Cyrillic letter that looks like x and has no value", "2x"),
    Refusal("ⅹ*2", "x=2", "a Roman numeral", "x*2"),
    Refusal("x\u200by", "x=2 y=3", "a zero-width space", "x*y"),
    Refusal("x\u200d + 1", "x=2", "a zero-width joiner", "x + 1"),
    Refusal("x \u2062 y", "x=2 y=3", "an invisible multiplication sign", "x*y"),
    Refusal("x\u00ad1", "x=2", "a soft hyphen", "x - 1"),
    Refusal("x \u202e+ 1", "x=2", "a change of writing direction", "x + 1"),
    Refusal("x\x00 + 1", "x=2", "a control character", "x + 1"),
    Refusal("²x", "x=2", "a superscript with nothing before it", "x²"),
    Refusal("x^²", "x=2", "two spellings of one power", "x²"),
]

STRUCTURE = [
    Refusal("", "", "no formula", "x = 1"),
    Refusal("   \n\n  ", "", "no formula", "1"),
    Refusal("# only a comment", "", "no formula", "1 # only a comment"),
    Refusal(";", "", "no formula", "1"),
    Refusal("(x + 1", "x=2", "an unclosed bracket", "(x + 1)"),
    Refusal("x + 1)", "x=2", "an unopened bracket", "(x + 1)"),
    Refusal("((x + 1)*2", "x=2", "an unclosed bracket", "(x + 1)*2"),
    Refusal("(x + 1]", "x=2", "brackets that do not match", "(x + 1)"),
    Refusal("[x + {y]}", "x=2 y=3", "brackets that cross", "[x + {y}]"),
    Refusal("sin(x", "x=2", "an unclosed bracket", "sin(x)"),
    Refusal("|x", "x=2", "an unclosed bar", "|x|"),
    Refusal("e^{2x", "x=2", "an unclosed brace", "e^{2x}"),
    Refusal("()", "", "an empty bracket", "(1)"),
    Refusal("x*()", "x=2", "an empty bracket", "x*(1)"),
    Refusal("||", "", "empty bars", "|-1|"),
    Refusal("x +", "x=2", "a missing operand", "x + 1"),
    Refusal("* x", "x=2", "a missing operand", "2*x"),
    Refusal("x^", "x=2", "a missing operand", "x^2"),
    Refusal("^2", "", "a missing operand", "2^2"),
    Refusal("x + *y", "x=2 y=3", "a missing operand", "x*y"),
    Refusal("√", "", "a missing operand", "√2"),
    Refusal("x */ y", "x=2 y=3", "two operators", "x/y"),
    Refusal("x */* y", "x=2 y=3", "three operators", "x*y"),
    Refusal("x *** y", "x=2 y=3", "two operators", "x**y"),
    Refusal("x ^^ 2", "x=2", "two operators", "x^2"),
    Refusal("x ^ * 2", "x=2", "two operators", "x^2"),
    Refusal("x /", "x=2", "a trailing operator", "x/2"),
    Refusal("x mod", "x=2", "a trailing operator", "x mod 2"),
    Refusal("x y -", "x=2 y=3", "a trailing operator", "x y"),
    Refusal("x, y", "x=2 y=3", "a list is no scalar", "x - y"),
    Refusal("(x, y)", "x=2 y=3", "a list is no scalar", "x*y"),
    Refusal("[1,2]*x", "x=3", "a vector is no scalar", "[2]*x"),
    Refusal("x*{1, 2}", "x=3", "a set is no scalar", "x*{2}"),
    Refusal("x[0]", "x=3", "x is no array", "x"),
    Refusal("x[y+1]", "x=3 y=2", "x is no array: an index or a product?", "x*[y+1]"),
    Refusal("[]", "", "an empty bracket", "[1]"),
    Refusal("3.5!", "", "a factorial of a number that is not whole", "gamma(4.5)"),
    Refusal("x!", "x=2.5", "a factorial of an input that is not whole", "gamma(x + 1)"),
    Refusal("(-3)!", "", "a factorial of a negative number", "-(3!)"),
]

STATEMENTS = [
    Refusal("x ==1", "x=2", "a comparison outside a condition", "if(x == 1, 1, 0)"),
    Refusal("x > 0", "x=2", "a comparison outside a condition", "if(x > 0, 1, 0)"),
    Refusal("x <= y", "x=2 y=3", "a comparison outside a condition", "if(x <= y, 1, 0)"),
    Refusal("(x != 1)*x", "x=2", "a comparison outside a condition", "if(x != 1, x, 0)"),
    Refusal("x <- 2", "x=1", "a comparison outside a condition, or an arrow?", "if(x < -2, 1, 0)"),
    Refusal("2x = 4", "x=2", "an equation to solve, not a definition", "2x - 4"),
    Refusal("x + y = 3", "x=2 y=3", "an equation to solve, not a definition", "x + y - 3"),
    Refusal("y = x = 2", "", "two definitions in one", "x = 2; y = x"),
    Refusal("y =", "", "a definition without a right side", "y = 2"),
    Refusal("= x", "x=2", "a definition without a left side", "y = x"),
    Refusal("2 = y", "y=2", "a number cannot be defined", "y - 2"),
    Refusal("q = x; q = 2x; q", "x=2", "q is defined twice", "q = x; r = 2x; r"),
    Refusal("q = 1\nq = q + x", "x=2", "q is defined twice", "q = 1\nr = q + x"),
    Refusal("s(u) = u; s(u) = u^2; s(x)", "x=2", "s is defined twice", "s(u) = u^2; s(x)"),
    Refusal("f(x) = x^2", "x=2", "a function that is never used", "f(t) = t^2; f(x)"),
    Refusal("q = x + 1; f(t) = q*t", "x=2", "the last statement has no value", "q = x + 1; q*x"),
    Refusal("a = b; b = a; a", "", "a circle of definitions", "b = 1; a = b; a"),
    Refusal("a = a + 1; a", "", "a circle of definitions", "b = 1; a = b + 1; a"),
    Refusal(
        "f(t) = f(t - 1)*t; f(x)", "x=3", "a function that calls itself", "f(t) = (t - 1)*t; f(x)"
    ),
    Refusal("f(t) = t^2; f(x, y)", "x=2 y=3", "one argument too many", "f(t) = t^2; f(x*y)"),
    Refusal("f(t, t) = t^2; f(x, y)", "x=2 y=3", "one parameter twice", "f(s, t) = s*t; f(x, y)"),
    Refusal("f(t) = t^2; f + x", "x=2", "a function without its argument", "f(t) = t^2; f(x) + x"),
    Refusal("q = x + y; q*x", "x=2 y=3 q=5", "q is both defined and given", "r = x + y; r*q"),
    Refusal("a = 1 b = 2; a + b", "", "two statements without ;", "a = 1; b = 2; a + b"),
    Refusal("(x + ; 1)", "x=2", "a statement that ends inside a bracket", "(x + 1)"),
]

REFUSED = [
    *AMBIGUOUS,
    *IMPLIED_REFUSED,
    *CALLS_REFUSED,
    *FOREIGN,
    *CHARACTERS,
    *STRUCTURE,
    *STATEMENTS,
]

# Counted on the text for the printed table only; frequencies as in the language's measurements.
FEATURES = {
    "explicit *": r"(?<!\*)\*(?!\*)",
    "^": r"\^",
    "**": r"\*\*",
    "unary minus": r"(^|[(\[{,=;\n*/^×÷+−-]\s*)[-−]",
    "sign after an operator": r"[*/^×÷+−-]\s*[-−+]",
    "implied: 2x": r"(?<![\w.])[\d.]*\d(?!e[+-]?\d)[^\W\d_⁰-⁹²³¹]",
    "implied: x y": r"[^\W\d_]\w* (?!mod\b)[^\W\d_]",
    "implied: a bracket": r"[)\]}][\w(\[{√]|(?<![\w.])\d+[(\[{]",
    "constant e": r"(?<![^\W\d_])e(?![\w+-]*\d)(\^|\*)",
    "[ ] or { }": r"[\[{]",
    "sin^2(x)": r"\b(sin|cos|tan|cosh|sinh)(\^\d|²)\(",
    "implied: any": r"(?<![\w.])[\d.]*\d(?!e[+-]?\d)([^\W\d_]|[(\[{√])"
    r"|[^\W\d_]\w* (?!mod\b)[^\W\d_]|[)\]}⁰-⁹²³¹] ?[\w(\[{√]",
    "|x|": r"\|",
    "factorial": r"\d!",
    "non-ASCII": r"[^\x00-\x7f]",
    "more than one statement": r"[;\n]\s*\S",
    "comment": r"#",
}


def _oracle_name(name: str) -> str:
    return name + "_" if keyword.iskeyword(name) else name


def _inputs(text: str) -> dict[str, str]:
    """Split `x=2.5 y=-4` into names and decimal strings."""
    return dict(item.split("=") for item in text.split())


def _expression(case: Case, names: list[str]) -> sympy.Expr:
    """Read the oracle with every input a real symbol and every decimal an exact rational."""
    allowed = {name: getattr(sympy, name) for name in sympy.__all__ if name not in ("E", "I", "N")}
    symbols = {_oracle_name(name): sympy.Symbol(_oracle_name(name), real=True) for name in names}
    expression = sympy.sympify(
        parse_expr(case.oracle, symbols, (auto_number, rationalize), global_dict=allowed)
    )
    stray = expression.free_symbols - set(symbols.values())
    if stray or expression.atoms(sympy.Float):
        raise ValueError(f"{case}: stray {stray} or an inexact number in {expression}")
    return expression


def _digits(exact: sympy.Expr) -> str:
    """Write an exact real number with 25 significant digits."""
    try:
        number = exact.evalf(WORKING_DIGITS, maxn=500, strict=True)
    except PrecisionExhausted:  # 500 digits of zeros: only a proof of zero will do
        if sympy.simplify(exact) != 0:
            raise
        number = sympy.Integer(0)
    if not (number.is_Number and number.is_finite):
        raise ValueError(f"{exact} is no finite real number")
    with mpmath.workdps(WORKING_DIGITS):
        return mpmath.nstr(mpmath.mpf(str(number)), WRITTEN_DIGITS, strip_zeros=False)


def solve(case: Case) -> dict[str, object]:
    """Return the bindings, the value and the gradient of a case, from its oracle alone."""
    bindings = _inputs(case.inputs)
    expression = _expression(case, list(bindings))
    symbols = {name: sympy.Symbol(_oracle_name(name), real=True) for name in bindings}
    point = {symbols[name]: sympy.Rational(text) for name, text in bindings.items()}
    return {
        "bindings": bindings,
        "value": _digits(expression.subs(point)),
        "gradient": {
            name: _digits(expression.diff(symbol).subs(point)) for name, symbol in symbols.items()
        },
    }


def formulas() -> list[dict[str, object]]:
    """Return every entry of formulas.jsonl."""
    cases = [(kind, case) for kind, section in SECTIONS.items() for case in section]
    return [
        {"id": number, "kind": kind, "formula": case.formula, **solve(case)}
        for number, (kind, case) in enumerate(cases, start=1)
    ]


def refused() -> list[dict[str, object]]:
    """Return every entry of refused.jsonl."""
    return [
        {
            "formula": item.formula,
            "bindings": _inputs(item.inputs),
            "why": item.why,
            "fix": item.fix,
        }
        for item in REFUSED
    ]


def _check_distinct(entries: list[dict[str, object]], keys: tuple[str, ...]) -> None:
    seen = set()
    for entry in entries:
        key = json.dumps([entry[name] for name in keys])
        if key in seen:
            raise ValueError(f"twice: {key}")
        seen.add(key)


def _write(path: Path, entries: list[dict[str, object]]) -> None:
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def main() -> None:
    """Write both files and print the counts."""
    accepted, rejected = formulas(), refused()
    _check_distinct(accepted, ("formula",))
    _check_distinct(rejected, ("formula",))
    _check_distinct([*accepted, *rejected], ("formula", "bindings"))
    _write(HERE / "formulas.jsonl", accepted)
    _write(HERE / "refused.jsonl", rejected)
    print(f"{len(accepted)} formulas, {len(rejected)} refused texts")
    for kind, section in SECTIONS.items():
        print(f"  {len(section):4d}  {kind}")
    print("features (a formula may have several):")
    for feature, pattern in FEATURES.items():
        count = sum(bool(re.search(pattern, str(entry["formula"]))) for entry in accepted)
        print(f"  {count:4d}  {100 * count / len(accepted):5.1f} %  {feature}")


if __name__ == "__main__":
    main()
